import { describe, expect, it } from "vitest";
import {
  App,
  type Context,
  createDefine,
  HttpError,
  page,
  type RouteModule,
  setBuildCache,
} from "./mod.ts";
import { matchPattern, parsePattern, patternOfFile } from "./pattern.ts";

interface State {
  trail: string[];
}

type Routes = Record<string, RouteModule<State>>;

const Island = ({ text }: { text: string }) => <b>{text}</b>;

const define = createDefine<State>();
const errorPage = define.layout(({ error }) => <p>{(error as Error).message}</p>);
const app = define.layout(({ Component }) => (
  <html>
    <body>
      <Component />
    </body>
  </html>
));

function answering(routes: Routes): (path: string, init?: RequestInit) => Promise<Response> {
  const server = new App<State>();
  setBuildCache(server, {
    routes: new Map(
      Object.entries<RouteModule<State>>({ "_app.tsx": { default: app }, ...routes }),
    ),
    islands: new Map([["island", Island]]),
    files: new Map(),
    clientScript: "/assets/client.js",
    styleSheet: "/assets/styles.css",
  });
  const handler = server.use((ctx) => {
    ctx.state.trail = [];
    return ctx.next();
  }).fsRoutes().handler();
  return (path, init) => handler(new Request(`http://site${path}`, init));
}

const textOf = async (response: Promise<Response>) => await (await response).text();
const says = (text: string) => () => <p>{text}</p>;

describe("paths of files", () => {
  it.each([
    ["index.tsx", "/"],
    ["accounts/index.tsx", "/accounts"],
    ["accounts/[id].tsx", "/accounts/:id"],
    ["(staff)/books.tsx", "/books"],
    ["docs/[...rest].tsx", "/docs/:rest*"],
    ["icon.svg.ts", "/icon.svg"],
  ])("%s is %s", (file, path) => expect(patternOfFile(file)).toBe(path));

  it.each([
    ["/accounts/:id", "/accounts/a%2Fb", { id: "a/b" }],
    ["/accounts/:id", "/accounts/", null],
    ["/accounts/:id", "/accounts/a/b", null],
    ["/accounts/:id", "/accounts/%E0%A4%A", null],
    ["/docs/:rest*", "/docs/a/b", { rest: "a/b" }],
    ["/", "/", {}],
  ])("%s against %s", (pattern, path, params) => {
    expect(matchPattern(parsePattern(pattern), path)).toEqual(params);
  });
});

describe("routes", () => {
  it("prefer fixed names to parameters, and parameters to the rest", async () => {
    const fetch = answering({
      "[...rest].tsx": { default: says("rest") },
      "a/[id].tsx": { default: says("id") },
      "a/fixed.tsx": { default: says("fixed") },
    });
    expect(await textOf(fetch("/a/fixed"))).toContain("<p>fixed</p>");
    expect(await textOf(fetch("/a/other"))).toContain("<p>id</p>");
    expect(await textOf(fetch("/b"))).toContain("<p>rest</p>");
  });

  it("run the middlewares of their folders from the outside in", async () => {
    const step = (name: string) => (ctx: Context<State>) => {
      ctx.state.trail.push(name);
      return ctx.next();
    };
    const fetch = answering({
      "_middleware.ts": { default: step("root") },
      "a/_middleware.ts": { default: [step("a1"), step("a2")] },
      "a/index.tsx": { handler: { GET: (ctx) => Response.json(ctx.state.trail) } },
      "index.tsx": { handler: { GET: (ctx) => Response.json(ctx.state.trail) } },
    });
    expect(await (await fetch("/a")).json()).toEqual(["root", "a1", "a2"]);
    expect(await (await fetch("/")).json()).toEqual(["root"]);
  });

  it("give a handler's data, status and headers to the page", async () => {
    const fetch = answering({
      "index.tsx": {
        handler: { GET: () => page("data", { status: 422, headers: { "x-a": "1" } }) },
        default: define.page(({ data }) => <p>{String(data)}</p>),
      },
    });
    const response = await fetch("/");
    expect([response.status, response.headers.get("x-a")]).toEqual([422, "1"]);
    expect(await response.text()).toContain("<p>data</p>");
  });

  it("answer HEAD without a body and refuse methods that they do not have", async () => {
    const fetch = answering({
      "_error.tsx": { default: errorPage },
      "index.tsx": { default: says("here") },
    });
    expect(await textOf(fetch("/", { method: "HEAD" }))).toBe("");
    expect((await fetch("/", { method: "POST" })).status).toBe(405);
    expect((await fetch("/nowhere")).status).toBe(404);
  });

  it("show what was thrown on the error page, with its status", async () => {
    const fetch = answering({
      "_error.tsx": { default: errorPage },
      "known.tsx": {
        handler: {
          GET: () => {
            throw new HttpError(418, "teapot");
          },
        },
      },
      "unknown.tsx": {
        default: () => {
          throw new Error("oh");
        },
      },
    });
    const known = await fetch("/known");
    expect([known.status, await known.text()]).toEqual([
      418,
      "<!DOCTYPE html><html><body><p>teapot</p></body></html>",
    ]);
    expect((await fetch("/unknown")).status).toBe(500);
  });

  it("are refused when two files claim one path", () => {
    expect(() =>
      answering({ "a.tsx": { default: says("1") }, "a/index.tsx": { default: says("2") } })
    ).toThrow("/a");
  });
});

describe("islands", () => {
  it("are marked with their props, and bring the script; other pages have none", async () => {
    const fetch = answering({
      "with.tsx": { default: () => <Island text={`"</b>`} /> },
      "without.tsx": { default: says("plain") },
    });
    const html = await textOf(fetch("/with"));
    expect(html).toContain(`<fresh-island data-name="island" data-props="{&quot;text&quot;:`);
    expect(html).toContain(`<script type="module" src="/assets/client.js"></script></body>`);
    expect(await textOf(fetch("/without"))).not.toContain("<script");
  });
});
