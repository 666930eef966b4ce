/** What the read API answers when its database lets it down. */
import {
  DummyDriver,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
} from "kysely";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { createEffects, platformOf } from "../../shared/effects.ts";
import { signServiceToken } from "../../shared/identity/mod.ts";
import { silentLog } from "../../shared/log.ts";
import { freePort } from "../../tests/servers/mod.ts";
import { openDatabase } from "../database.ts";
import { createReadApi, readRoute } from "./mod.ts";

const effects = createEffects(platformOf(globalThis));
const secret = "a secret of the rooms, long enough to be one";

/** A database each of whose connections fails with an error of that code. */
function failing(code: string): Kysely<unknown> {
  class Failing extends DummyDriver {
    override acquireConnection(): Promise<never> {
      return Promise.reject(Object.assign(new Error("no connection"), { code }));
    }
  }
  return new Kysely({
    dialect: {
      createAdapter: () => new PostgresAdapter(),
      createDriver: () => new Failing(),
      createIntrospector: (db) => new PostgresIntrospector(db),
      createQueryCompiler: () => new PostgresQueryCompiler(),
    },
  });
}

async function read(db: Kysely<unknown>): Promise<Response> {
  const nobody = () => Promise.reject(new Error("not asked here"));
  const api = createReadApi({
    routes: [readRoute({
      path: "/v1/anything",
      permission: "catalog:read",
      summary: "",
      scope: "none",
      reads: [],
      query: z.object({}),
      answer: z.object({}),
      handle: () => Promise.resolve({ item: {} }),
    })],
    context: {
      db,
      shards: 1,
      effects,
      status: nobody,
      rebuilds: {
        versions: new Map(),
        rebuild: nobody,
        rollback: nobody,
        cancel: nobody,
        list: nobody,
      },
      follow: () => new Response(),
      followAlerts: () => new Response(),
    },
    log: silentLog,
    serviceSecret: secret,
    health: nobody,
  });
  const principal = { actor: "user:admin", role: "admin", accountId: null } as const;
  const token = await signServiceToken(principal, { secret, clock: effects.clock, ttlMs: 60_000 });
  const headers = { authorization: `Bearer ${token}` };
  return await api(new Request("http://127.0.0.1/v1/anything", { headers }));
}

describe("a read while the database is away", () => {
  it("is refused with 503 and retry-after when nothing listens", async () => {
    const db = openDatabase(`postgres://127.0.0.1:${freePort()}/none`, 1);
    const response = await read(db);
    expect([response.status, response.headers.get("retry-after")]).toEqual([503, "1"]);
    await db.destroy();
  });

  it.each([
    ["CONNECTION_CLOSED", 503],
    ["CONNECT_TIMEOUT", 503],
    ["ECONNRESET", 503],
    ["57P01", 503],
    ["57P03", 503],
    ["08006", 503],
    ["53300", 503],
    ["22012", 500],
    ["57014", 504],
  ])("that fails with %s is answered with %i", async (code, status) => {
    const response = await read(failing(code));
    expect(response.status).toBe(status);
    await response.body?.cancel();
  });
});
