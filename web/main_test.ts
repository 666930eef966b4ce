import postgres from "postgres";
import { describe, expect, it } from "vitest";
import { testDatabase } from "../tests/servers/mod.ts";

const root = new URL("../", import.meta.url);
const secret = "main-test-secret-0123456789abcdefghij";
const user = {
  email: "a@sargalay.test",
  password: "correct horse",
  name: "A",
  role: "auditor",
  accountId: null,
};

/** The flags that `deno task web` runs with. */
async function flagsOfTask(): Promise<string[]> {
  const { tasks } = JSON.parse(await Deno.readTextFile(new URL("deno.json", root)));
  return tasks.web.split(" ").filter((word: string) => word.startsWith("--"));
}

/** Reads lines until one names the port that the room listens on. */
async function portOf(lines: ReadableStream<string>): Promise<number> {
  const reader = lines.getReader();
  let text = "";
  while (true) {
    const { done, value } = await reader.read();
    if (done) throw new Error(`the room ended early: ${text}`);
    text += value;
    const port = /"event":"listening".*"port":(\d+)/.exec(text)?.[1];
    if (port === undefined) continue;
    reader.releaseLock();
    return parseInt(port, 10);
  }
}

/** Cuts the room's connections to its database again and again while `ask` goes on; it may not throw. */
async function outlivesCuts(databaseUrl: string, ask: () => Promise<void>): Promise<void> {
  const operator = postgres(databaseUrl, { max: 1, onnotice: () => {} });
  let cuts = 0;
  const asking = Array.from({ length: 4 }, async () => {
    while (cuts < 10) await ask();
  });
  const cutting = (async () => {
    while (cuts < 10) {
      const ended = await operator`
        select pg_terminate_backend(pid) from pg_stat_activity
        where application_name = 'sargalay-web' and datname = current_database()`;
      cuts += ended.length;
    }
  })();
  await Promise.all([...asking, cutting]);
  await operator.end();
}

describe("the web room as a process", () => {
  it("starts as its task does on PostgreSQL, lets a user in, outlives lost connections, ends on SIGTERM", async () => {
    const database = await testDatabase();
    const child = new Deno.Command(Deno.execPath(), {
      args: ["run", "--no-check", ...await flagsOfTask(), "web/main.ts"],
      cwd: root,
      env: {
        DATABASE_URL: database.url,
        SARGALAY_SERVICE_SECRET: secret,
        SARGALAY_WEB_PORT: "0",
        SARGALAY_DEMO_USERS: JSON.stringify([user]),
      },
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    try {
      const lines = child.stdout.pipeThrough(new TextDecoderStream());
      const url = `http://127.0.0.1:${await portOf(lines)}`;
      expect(await (await fetch(`${url}/health`)).json()).toEqual({ status: "ok", room: "web" });
      const door = await fetch(`${url}/sign-in`);
      const page = await door.text();
      const token = /name="_token" value="([^"]+)"/.exec(page)?.[1] ?? "";
      const answer = await fetch(`${url}/sign-in`, {
        method: "POST",
        body: new URLSearchParams({ ...user, accountId: "", _token: token }),
        headers: { cookie: door.headers.getSetCookie()[0]?.split(";")[0] ?? "" },
        redirect: "manual",
      });
      await answer.body?.cancel();
      expect(answer.status).toBe(303);
      expect(answer.headers.getSetCookie().join()).toContain("sargalay.session_token=");
      const cookie = answer.headers.getSetCookie().map((each) => each.split(";")[0]).join("; ");
      await outlivesCuts(database.url, async () => {
        const page = await fetch(`${url}/`, { headers: { cookie }, redirect: "manual" });
        await page.body?.cancel();
      });
      expect(await (await fetch(`${url}/health`)).json()).toMatchObject({ status: "ok" });
      child.kill("SIGTERM");
      await lines.cancel();
      expect((await child.status).code).toBe(0);
    } finally {
      try {
        child.kill("SIGKILL");
      } catch {
        // It has ended, as it should.
      }
      await child.status;
      await database.drop();
    }
  });

  it("names each bad setting and does not start", async () => {
    const { code, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "--no-check", ...await flagsOfTask(), "web/main.ts"],
      cwd: root,
      clearEnv: true,
      env: { SARGALAY_WEB_PORT: "99999", SARGALAY_SERVICE_SECRET: "short", HOME: "/tmp" },
      stdout: "null",
    }).output();
    const message = new TextDecoder().decode(stderr);
    expect(code).not.toBe(0);
    for (const name of ["SARGALAY_WEB_PORT", "SARGALAY_SERVICE_SECRET", "DATABASE_URL"]) {
      expect(message).toContain(name);
    }
  });
});
