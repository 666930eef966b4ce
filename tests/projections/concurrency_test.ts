/** What only several connections show: rivals, readers during a rebuild, processes, kills. */
import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ALL_PROJECTIONS } from "../../projections/all.ts";
import { balances } from "../../projections/balances/mod.ts";
import { dailyUsage } from "../../projections/daily_usage/mod.ts";
import { createLogReader } from "../../projections/log/mod.ts";
import type { Projection } from "../../projections/projection/mod.ts";
import { rebuild, rollback } from "../../projections/rebuild/mod.ts";
import { requests } from "../../projections/requests/mod.ts";
import {
  createRunner,
  listCheckpoints,
  prepareSchema,
  statusOf,
} from "../../projections/runner/mod.ts";
import { createEffects, platformOf } from "../../shared/effects.ts";
import { createLog, type Log, silentLog } from "../../shared/log.ts";
import type { Kysely } from "kysely";
import { allRows, appendEvents, historyOf, openLog, type TestLog } from "./mod.ts";

const effects = createEffects(platformOf(globalThis));
const START_MS = Date.parse("2026-11-20T17:00:00Z");
let log: TestLog;
const lines: string[] = [];

beforeAll(async () => {
  log = await openLog("postgres");
  await prepareSchema(log.db, ALL_PROJECTIONS, 1);
});
afterAll(() => log.close());

function runnerOn(db: Kysely<unknown>, to: Log = silentLog) {
  return createRunner({
    db,
    reader: createLogReader(db),
    projections: ALL_PROJECTIONS,
    shards: 1,
    bus: null,
    timers: effects.timers,
    log: to,
    pollMs: 5,
  });
}

/** Waits until every projection stands at `head`. */
async function caughtUp(head: bigint): Promise<void> {
  const until = performance.now() + 120_000;
  while (performance.now() < until) {
    const statuses = await statusOf(log.db, 1);
    if (statuses.every(({ position }) => position === head.toString())) return;
    await effects.timers.sleep(10);
  }
  throw new Error(`not at ${head}: ${JSON.stringify(await statusOf(log.db, 1))}`);
}

describe("two runners on one database", () => {
  it("lose nothing and double nothing", async () => {
    const toLines = createLog((line) => lines.push(line), effects.clock, "test");
    const rivals = [runnerOn(log.db, toLines), runnerOn(await log.again(), toLines)];
    for (const rival of rivals) await rival.start();
    const [first, ...rest] = chunks(historyOf(3, 1_200), 100);
    let head = await appendEvents(log.db, first!, { recordedAtMs: START_MS });
    for (const [index, chunk] of rest.entries()) {
      head = await appendEvents(log.db, chunk, { recordedAtMs: START_MS + index * 3_600_000 });
    }
    await caughtUp(head);
    for (const rival of rivals) await rival.stop();
    // A rival that loses tries again without a word: nothing was wrong.
    expect(lines).toEqual([]);
    const live = await allRows(log.db);
    await rebuildAll(ALL_PROJECTIONS);
    expect(await allRows(log.db)).toEqual(live);
  });
});

/** One that is loaded in SQL at once, one by insert and fold, and one that is folded. */
const SWAPPED: readonly Projection[] = [balances, requests, dailyUsage];

describe("during a rebuild and a rollback", () => {
  it("reads never fail, nothing is missing, no position goes back, and the runner goes on", async () => {
    const runner = runnerOn(log.db);
    await runner.start();
    const readers = await log.again();
    let finished = false;
    let reads = 0;
    const reading = Promise.all(Array.from({ length: 3 }, async () => {
      let before = 0;
      let positions = new Map<string, bigint>();
      while (!finished) {
        const { rows } = await sql<{ requests: bigint; days: bigint; accounts: bigint }>`
          select (select count(*) from projections.requests) as requests,
            (select sum(requests)::int8 from projections.daily_usage) as days,
            (select count(*) from projections.balances) as accounts
        `.execute(readers);
        const { requests, days, accounts } = rows[0]!;
        expect(accounts).toBe(3n);
        expect(days).toBeGreaterThan(0n);
        expect(Number(requests)).toBeGreaterThanOrEqual(before);
        before = Number(requests);
        const now = await listCheckpoints(readers);
        for (const { projection, position, error } of now) {
          expect(error).toBeNull();
          expect(position >= (positions.get(projection) ?? 0n)).toBe(true);
        }
        positions = new Map(now.map(({ projection, position }) => [projection, position]));
        reads += 1;
        await effects.timers.sleep(10);
      }
    }));
    let head = 0n;
    const writing = (async () => {
      for (let turn = 0; !finished; turn++) {
        head = await appendEvents(log.db, calls(turn + 10), {
          recordedAtMs: START_MS + 10 * 86_400_000 + turn * 1_000_000,
        });
        await effects.timers.sleep(200);
      }
    })();
    try {
      await rebuildAll(SWAPPED);
      for (const projection of SWAPPED) {
        await rollback({ db: log.db, projection, shards: 1, effects, requestedBy: "system:test" });
      }
      // Where rebuilds are fast and reads are slow, a few more rounds.
      const until = performance.now() + 120_000;
      while (reads <= 20 && performance.now() < until) await rebuildAll(SWAPPED);
    } finally {
      finished = true;
      await Promise.all([reading, writing]);
    }
    await caughtUp(head);
    await runner.stop();
    expect(reads).toBeGreaterThan(20);
    const live = await allRows(log.db);
    await rebuildAll(SWAPPED);
    expect(await allRows(log.db)).toEqual(live);
  });
});

async function rebuildAll(projections: readonly Projection[]): Promise<void> {
  for (const projection of projections) {
    const requestedBy = "system:test";
    await rebuild({
      db: log.db,
      projection,
      shards: 1,
      effects,
      requestedBy,
      stepEvents: 500,
    });
  }
}

/** The calls of a history, without what opens the accounts a second time. */
function calls(seed: number) {
  return historyOf(seed, 120).filter(({ type }) => /^(Hold|Usage|Late|Credit)/.test(type));
}

function chunks<T>(all: readonly T[], size: number): T[][] {
  const result: T[][] = [];
  for (let from = 0; from < all.length; from += size) result.push(all.slice(from, from + size));
  return result;
}
