/** The room as a process of its own: it starts, survives its database, and ends when asked to. */
import { describe, expect, it } from "vitest";
import { openDatabase } from "../../projections/database.ts";
import { type LedgerDatabase, migrate } from "../../ledger/store/mod.ts";
import { createEffects, platformOf } from "../../shared/effects.ts";
import { signServiceToken } from "../../shared/identity/mod.ts";
import { freePort, startPostgres } from "../servers/mod.ts";
import { appendEvents, historyOf } from "./mod.ts";

const effects = createEffects(platformOf(globalThis));
const secret = "a secret of the rooms, long enough to be one";

describe("deno task projections", () => {
  it("serves, comes back after its connections were cut, and stops on SIGTERM", async () => {
    const server = await startPostgres();
    let db = openDatabase(server.url, 2);
    const port = freePort();
    const process = start({ DATABASE_URL: server.url, SARGALAY_PROJECTIONS_PORT: String(port) });
    try {
      await migrate(db as unknown as LedgerDatabase);
      const first = await appendEvents(db, historyOf(1, 200), { recordedAtMs: 1_790_000_000_000 });
      expect(await accountsAt(port, first)).toBe(3);
      // This test's own connections are cut in good order: it is not about them.
      await db.destroy();
      await cutConnections(server.url);
      db = openDatabase(server.url, 2);
      const opened = {
        type: "AccountOpened",
        payload: { accountId: "acc-4", name: "After the cut", currency: "MMK" },
      } as const;
      const second = await appendEvents(db, [opened], { recordedAtMs: 1_790_000_000_000 });
      expect(await accountsAt(port, second)).toBe(4);
      process.kill("SIGTERM");
      expect((await process.output()).code).toBe(0);
    } finally {
      try {
        process.kill("SIGKILL");
      } catch {
        // It has ended.
      }
      await db.destroy();
      await server.stop();
    }
  });

  it("does not start with a setting that is wrong, and names it", async () => {
    const process = start({ DATABASE_URL: "mysql://nowhere", SARGALAY_PROJECTIONS_PORT: "70000" });
    const { code, stderr } = await process.output();
    expect(code).not.toBe(0);
    const text = new TextDecoder().decode(stderr);
    expect(text).toContain("SARGALAY_PROJECTIONS_PORT: expected a port number below 65,536");
    expect(text).toContain("DATABASE_URL: expected postgres://…");
  });
});

function start(settings: Record<string, string>): Deno.ChildProcess {
  return new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--no-check",
      "--allow-net",
      "--allow-env",
      "--allow-read",
      "--allow-sys",
      new URL("../../projections/main.ts", import.meta.url).pathname,
    ],
    env: { SARGALAY_SERVICE_SECRET: secret, NATS_URL: "", ...settings },
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

/** Ends every other connection to the database, as a restart of the server does. */
async function cutConnections(url: string): Promise<void> {
  const { sql } = await import("kysely");
  const one = openDatabase(url, 1);
  await sql`
    select pg_terminate_backend(pid) from pg_stat_activity
    where application_name = 'sargalay-projections' and pid <> pg_backend_pid()
  `.execute(one);
  await one.destroy();
}

/** How many accounts there are at a position; asks again until the process answers. */
async function accountsAt(port: number, position: bigint): Promise<number> {
  const principal = { actor: "user:test", role: "admin", accountId: null } as const;
  const token = await signServiceToken(principal, { secret, clock: effects.clock, ttlMs: 60_000 });
  const url = `http://127.0.0.1:${port}/v1/accounts?min_position=${position}`;
  const until = performance.now() + 120_000;
  while (performance.now() < until) {
    try {
      const response = await fetch(url, { headers: { authorization: `Bearer ${token}` } });
      const body = await response.json();
      if (response.ok) return body.items.length;
    } catch {
      // It does not listen yet.
    }
    await effects.timers.sleep(200);
  }
  throw new Error(`no answer at position ${position}`);
}
