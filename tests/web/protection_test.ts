import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startWebSite, users, type WebSite } from "./web_site.ts";

let site: WebSite;

beforeAll(async () => {
  site = await startWebSite();
});

afterAll(() => site.stop());

interface Visit {
  readonly cookie: string;
  readonly token: string;
}

const cookiesOf = (response: Response) =>
  response.headers.getSetCookie().map((cookie) => cookie.split(";")[0] ?? "");

const get = (path: string, cookie = "") =>
  fetch(site.url + path, { headers: { cookie }, redirect: "manual" });

const post = (path: string, fields: Record<string, string>, headers: Record<string, string>) =>
  fetch(site.url + path, {
    method: "POST",
    body: new URLSearchParams(fields),
    headers,
    redirect: "manual",
  });

async function tokenAt(path: string, cookie: string): Promise<Visit> {
  const response = await get(path, cookie);
  const token = /name="_token" value="([^"]+)"/.exec(await response.text())?.[1] ?? "";
  return { cookie: [cookie, ...cookiesOf(response)].filter(Boolean).join("; "), token };
}

async function signIn(user: (typeof users)[keyof typeof users]): Promise<Visit> {
  const door = await tokenAt("/sign-in", "");
  const fields = { email: user.email, password: user.password, _token: door.token };
  const response = await post("/sign-in", fields, { cookie: door.cookie });
  await response.body?.cancel();
  expect(response.status).toBe(303);
  const cookie = [door.cookie, ...cookiesOf(response)].join("; ");
  return await tokenAt("/prices", cookie);
}

describe("every answer", () => {
  it("forbids inline scripts, frames and sniffing, and is not kept", async () => {
    const response = await get("/sign-in");
    const page = await response.text();
    const policy = response.headers.get("content-security-policy") ?? "";
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toContain("unsafe");
    expect(response.headers.get("x-content-type-options")).toBe("nosniff");
    expect(response.headers.get("cache-control")).toBe("no-store");
    expect(page).not.toMatch(/<script(?![^>]*\bsrc=)/);
    expect(page).not.toMatch(/\sstyle="/);
  });
});

describe("a form", () => {
  const fields = { amount: "1", source: "promotion", reference: "r" };

  it("without its token, with another's, or from another site changes nothing", async () => {
    const admin = await signIn(users.admin);
    const other = await signIn(users.finance);
    const before = site.rooms.commands.length;
    const attempts = [
      post("/accounts/demo/credit", fields, { cookie: admin.cookie }),
      post("/accounts/demo/credit", { ...fields, _token: other.token }, { cookie: admin.cookie }),
      post("/accounts/demo/credit", { ...fields, _token: admin.token }, {
        cookie: admin.cookie,
        "sec-fetch-site": "cross-site",
      }),
    ];
    for (const attempt of attempts) {
      const response = await attempt;
      expect(response.status).toBe(403);
      expect(await response.text()).toContain("The form was not accepted");
    }
    expect(site.rooms.commands.length).toBe(before);
  });

  it("sent twice names one operation", async () => {
    const admin = await signIn(users.admin);
    const operation = "01900000-0000-7000-8000-00000000abcd";
    const body = { ...fields, _token: admin.token, _operation: operation };
    for (let time = 0; time < 2; time++) {
      const response = await post("/accounts/demo/credit", body, { cookie: admin.cookie });
      await response.body?.cancel();
      expect(response.status).toBe(303);
    }
    expect(site.rooms.commands.slice(-2).map(({ idempotencyKey }) => idempotencyKey)).toEqual([
      operation,
      operation,
    ]);
  });

  it("is refused to a role that may not, whatever it carries", async () => {
    const developer = await signIn(users.developer);
    const before = site.rooms.commands.length;
    for (
      const path of ["/accounts/demo/credit", "/accounts/other/keys", "/prices/publish", "/rates"]
    ) {
      const response = await post(path, { ...fields, label: "x", _token: developer.token }, {
        cookie: developer.cookie,
      });
      await response.body?.cancel();
      expect([path, response.status]).toEqual([path, 403]);
    }
    expect(site.rooms.commands.length).toBe(before);
  });
});

describe("without a session", () => {
  it("every page leads to the door, and the stream too", async () => {
    for (const path of ["/", "/accounts", "/accounts/demo/live", "/books", "/nowhere"]) {
      const response = await get(path);
      await response.body?.cancel();
      expect([path, response.status]).toEqual([path, 303]);
      expect(response.headers.get("location")).toMatch(/^\/sign-in/);
    }
  });
});

describe("every route", () => {
  it("names the permission that it needs, but for the few that need none", async () => {
    const open = new Set([
      "sign-in.tsx",
      "sign-out.ts",
      "preferences.ts",
      "health.ts",
      "icon.svg.ts",
      "index.tsx",
    ]);
    const root = new URL("../../web/routes/", import.meta.url);
    const unguarded: string[] = [];
    const visit = async (folder: string): Promise<void> => {
      for await (const { name, isDirectory } of Deno.readDir(new URL(folder, root))) {
        if (isDirectory) await visit(`${folder}${name}/`);
        else if (!name.startsWith("_") && !open.has(folder + name)) {
          const source = await Deno.readTextFile(new URL(folder + name, root));
          if (!source.includes("roomsFor(")) unguarded.push(folder + name);
        }
      }
    };
    await visit("");
    expect(unguarded).toEqual([]);
  });
});
