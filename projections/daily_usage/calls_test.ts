import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { historyOf, openLog, type TestLog } from "../../tests/projections/mod.ts";
import { applyBatch, createTables } from "../runner/mod.ts";
import { dailyUsage } from "./mod.ts";

const DAY_MS = 86_400_000;
const NOON_MS = Date.parse("2026-11-20T12:00:00+06:30");
const history = historyOf(1, 700);

/** The event of a type that is about a request, or the first one of that type. */
function find(type: "HoldPlaced" | "HoldExpired", requestId: string | null = null) {
  const found = history.find((event) =>
    event.type === type && (requestId === null || event.payload.requestId === requestId)
  );
  if (found?.type !== type) throw new Error(`the history has no ${type}`);
  return found;
}

const expired = find("HoldExpired");
const lapsing = [find("HoldPlaced", expired.payload.requestId), expired];
const later = find("HoldPlaced");

describe("a call whose hold expired", () => {
  let log: TestLog;
  let position = 0n;
  const apply = (events: readonly typeof history[number][], day: number, shard = 0) =>
    applyBatch(
      log.db,
      "daily",
      dailyUsage,
      events.map((event) => ({
        shard,
        position: position += 1n,
        recordedAtMs: NOON_MS + day * DAY_MS,
        event,
      })),
    );
  const known = async () => {
    const { rows } = await sql`
      select 1 from daily.daily_usage_calls where request_id = ${expired.payload.requestId}
    `.execute(log.db);
    return rows.length === 1;
  };
  beforeAll(async () => {
    log = await openLog("pglite");
    await sql`create schema daily`.execute(log.db);
    await createTables(log.db, "daily", dailyUsage);
  });
  afterAll(() => log.close());

  it("is kept while usage may arrive late, by the time of its own shard", async () => {
    expect(later.payload.requestId).not.toBe(expired.payload.requestId);
    await apply(lapsing, 0);
    await apply([later], 8);
    expect(await known()).toBe(true);
    await apply([later], 30, 1);
    expect(await known()).toBe(true);
  });

  it("is forgotten after that, and stays counted", async () => {
    await apply([later], 9);
    expect(await known()).toBe(false);
    const { rows } = await sql<{ requests: string }>`
      select sum(requests)::text as requests from daily.daily_usage
    `.execute(log.db);
    expect(rows[0]!.requests).toBe("1");
  });
});
