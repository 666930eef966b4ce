/** What a reader is told whose answer takes too long. */
import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { composeProjections, type Projections } from "../../projections/compose.ts";
import { openDatabase } from "../../projections/database.ts";
import { createEffects, platformOf } from "../../shared/effects.ts";
import { signServiceToken } from "../../shared/identity/mod.ts";
import { silentLog } from "../../shared/log.ts";
import { openLog, type TestLog } from "./mod.ts";

const effects = createEffects(platformOf(globalThis));
const serviceSecret = "a secret of the rooms, long enough to be one";

let log: TestLog;
let reads: ReturnType<typeof openDatabase>;
let room: Projections;

beforeAll(async () => {
  log = await openLog("postgres");
  reads = openDatabase(log.url, 2, 200);
  room = await composeProjections({ serviceSecret, shards: 1, alertWebhook: null }, {
    db: log.db,
    reads,
    bus: null,
    effects,
    log: silentLog,
    fetch: () => Promise.reject(new Error("tests reach no network")),
  });
});

afterAll(async () => {
  await room.close();
  await reads.destroy();
  await log.close();
});

async function ask(path: string): Promise<Response> {
  const principal = { actor: "user:admin", role: "admin", accountId: null } as const;
  const options = { secret: serviceSecret, clock: effects.clock, ttlMs: 600_000 };
  const authorization = `Bearer ${await signServiceToken(principal, options)}`;
  return await room.fetch(new Request(`http://127.0.0.1${path}`, { headers: { authorization } }));
}

describe("an answer that takes too long", () => {
  it("is given up with 504, and what is read elsewhere goes on", async () => {
    await log.db.transaction().execute(async (tx) => {
      // Whoever reads it now waits until the limit.
      await sql`lock table projections.keys in access exclusive mode`.execute(tx);
      const refused = await ask("/v1/accounts/acc-1/keys");
      expect(refused.status).toBe(504);
      expect(refused.headers.get("retry-after")).toBe("5");
      expect((await refused.json()).error.code).toBe("read_timeout");
    });
    expect((await ask("/v1/accounts/acc-1/keys")).status).toBe(200);
  });
});
