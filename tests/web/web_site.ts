/** A web room over fake rooms, and a browser to look at it. @module */
import { PGlite } from "@electric-sql/pglite";
import { Kysely, PGliteDialect } from "kysely";
import { type Browser, type BrowserContext, chromium } from "playwright-core";
import { createEffects, platformOf } from "../../shared/effects.ts";
import { silentLog } from "../../shared/log.ts";
import { composeWeb } from "../../web/compose.ts";
import type { NewUser } from "../../web/config.ts";
import { findChromium } from "../servers/mod.ts";
import { type FakeRooms, startFakeRooms } from "./fake_rooms.ts";

/** People who may sign in, by what they do. */
export const users = {
  developer: newUser("developer", "developer", "demo"),
  finance: newUser("finance", "finance_preparer", null),
  auditor: newUser("auditor", "auditor", null),
  admin: newUser("admin", "admin", null),
} as const satisfies Record<string, NewUser>;

function newUser(name: string, role: NewUser["role"], accountId: string | null): NewUser {
  const password = `correct horse ${name}`;
  return { email: `${name}@sargalay.test`, password, name: `Demo ${name}`, role, accountId };
}

/** A running site. */
export interface WebSite {
  readonly url: string;
  readonly rooms: FakeRooms;
  stop(): Promise<void>;
}

const secret = "web-site-test-secret-0123456789abcdef";

/** Starts the web room on a free port over PGlite in memory and fake rooms. */
export async function startWebSite(
  options: { readonly simulated?: boolean } = {},
): Promise<WebSite> {
  const effects = createEffects(platformOf(globalThis));
  const rooms = startFakeRooms({ secret, nowMs: effects.clock.nowMs(), ...options });
  const pglite = await PGlite.create();
  const db = new Kysely<Record<string, never>>({ dialect: new PGliteDialect({ pglite }) });
  let handle: (request: Request) => Promise<Response> = () => Promise.reject(new Error("early"));
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    (request) => handle(request),
  );
  const url = `http://127.0.0.1:${server.addr.port}`;
  const web = await composeWeb({
    publicUrl: url,
    proxyUrl: rooms.proxyUrl,
    proxyPublicUrl: rooms.proxyUrl,
    ledgerUrl: rooms.ledgerUrl,
    projectionsUrl: rooms.projectionsUrl,
    serviceSecret: secret,
    sessionSecret: secret,
  }, { db, effects, fetch, log: silentLog });
  handle = web.fetch;
  for (const user of Object.values(users)) await web.createUser(user);
  return {
    url,
    rooms,
    async stop() {
      await web.close();
      await server.shutdown();
      await rooms.stop();
      await db.destroy();
    },
  };
}

/** Starts a headless Chromium. */
export async function startBrowser(): Promise<Browser> {
  return await chromium.launch({
    executablePath: await findChromium(),
    args: [
      "--headless",
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
}

/** Signs someone in on a new page of the context. */
export async function signedIn(context: BrowserContext, site: WebSite, user: NewUser) {
  const page = await context.newPage();
  await page.goto(`${site.url}/sign-in`);
  await page.getByLabel(/Email|အီးမေးလ်/).fill(user.email);
  await page.getByLabel(/Password|စကားဝှက်/).fill(user.password);
  await page.getByRole("button", { name: /^(Sign in|ဝင်ရောက်ရန်)$/ }).click();
  await page.waitForURL((url) => url.pathname !== "/sign-in");
  return page;
}

const output = new URL("../output/screenshots/", import.meta.url);

/** Where a picture of that name goes. */
export async function screenshotPath(name: string): Promise<string> {
  await Deno.mkdir(output, { recursive: true });
  return new URL(`${name}.png`, output).pathname;
}
