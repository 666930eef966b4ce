/** What the runner promises, on whichever database. @module */
import fc from "fast-check";
import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createEffects, platformOf } from "../../shared/effects.ts";
import { type Log, silentLog } from "../../shared/log.ts";
import {
  allRows,
  appendEvents,
  historyOf,
  openLog,
  PROJECTION_TABLES,
  type TestLog,
} from "../../tests/projections/mod.ts";
import { ALL_PROJECTIONS } from "../all.ts";
import { createLogReader } from "../log/mod.ts";
import { rebuild, RebuildRefused } from "../rebuild/mod.ts";
import type { Queryable } from "../table/mod.ts";
import {
  applyBatch,
  checkpointOf,
  createRunner,
  createTables,
  listJobs,
  prepareSchema,
  statusOf,
} from "./mod.ts";

const effects = createEffects(platformOf(globalThis));
const { timers } = effects;
const START_MS = Date.parse("2026-11-20T17:00:00Z");

/** A runner over all projections and one shard. */
export function runnerOn(db: Queryable, log: Log = silentLog) {
  const reader = createLogReader(db);
  return createRunner({
    db,
    reader,
    projections: ALL_PROJECTIONS,
    shards: 1,
    bus: null,
    timers,
    log,
    pollMs: 20,
  });
}

/** Runs the suite on a kind of database. */
export function runnerContract(kind: "pglite" | "postgres"): void {
  describe(`projections on ${kind}`, () => {
    let log: TestLog;
    beforeAll(async () => {
      log = await openLog(kind);
      await prepareSchema(log.db, ALL_PROJECTIONS, 1);
    });
    afterAll(() => log.close());

    it("have exactly the tables that the tests compare", () => {
      const tables = ALL_PROJECTIONS.flatMap(({ parts }) => parts)
        .flatMap(({ tables }) => tables.map(({ name }) => name));
      expect(tables.sort()).toEqual([...PROJECTION_TABLES]);
    });

    it("are the same whatever the batches", async () => {
      let run = 0;
      await fc.assert(
        fc.asyncProperty(
          fc.integer({ min: 1, max: 1_000_000 }),
          fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 8 }),
          async (seed, sizes) => {
            run += 1;
            const events = historyOf(seed, 160).map((event, index) => ({
              shard: 0,
              position: BigInt(index + 1),
              recordedAtMs: START_MS + index * 600_000,
              event,
            }));
            const [whole, split] = [`whole_${run}`, `split_${run}`];
            for (const schema of [whole, split]) {
              await sql.raw(`create schema ${schema}`).execute(log.db);
              for (const each of ALL_PROJECTIONS) await createTables(log.db, schema, each);
            }
            for (const each of ALL_PROJECTIONS) await applyBatch(log.db, whole, each, events);
            for (let from = 0, turn = 0; from < events.length; turn++) {
              const size = sizes[turn % sizes.length]!;
              const batch = events.slice(from, from + size);
              for (const each of ALL_PROJECTIONS) await applyBatch(log.db, split, each, batch);
              from += size;
            }
            expect(await allRows(log.db, split)).toEqual(await allRows(log.db, whole));
          },
        ),
        { numRuns: 6 },
      );
    });

    it("follow the log, and a rebuild gives exactly the same rows", async () => {
      await appendEvents(log.db, historyOf(1, 700), { recordedAtMs: START_MS, stepMs: 60_000 });
      const runner = runnerOn(log.db);
      await runner.catchUp();
      const live = await allRows(log.db);
      expect(live.requests!.length).toBeGreaterThan(100);
      expect(live.daily_usage!.length).toBeGreaterThan(10);
      for (const projection of ALL_PROJECTIONS) {
        const seen: bigint[] = [];
        const { done } = await rebuild({
          db: log.db,
          projection,
          shards: 1,
          effects,
          requestedBy: "system:test",
          stepEvents: 97,
          onProgress: ({ done }) => seen.push(done),
        });
        expect(done).toBe(seen.at(-1));
        expect(seen.toSorted((a, b) => Number(a - b))).toEqual(seen);
        const [job] = await listJobs(log.db, projection.name, { limit: 1 });
        expect(job).toMatchObject({ phase: "done", comparison: { result: "equal" } });
      }
      expect(await allRows(log.db)).toEqual(live);
      // What was swapped in is alive: it goes on from where it stands.
      const head = await appendEvents(log.db, more(2), { recordedAtMs: START_MS + 86_400_000 });
      await runner.catchUp();
      for (const { name, lag, state, position } of await statusOf(log.db, 1)) {
        expect({ name, lag, state, position }).toEqual({
          name,
          lag: "0",
          state: "live",
          position: head.toString(),
        });
      }
      await runner.stop();
    });

    it("are the same by SQL as by folding, whatever the ranges", async () => {
      let run = 0;
      await fc.assert(
        fc.asyncProperty(
          fc.integer({ min: 1, max: 1_000_000 }),
          fc.array(fc.integer({ min: 1, max: 90 }), { minLength: 1, maxLength: 8 }),
          async (seed, sizes) => {
            // A shard of its own is a log of its own.
            const shard = 100 + (run += 1);
            // Time goes backwards in half of them, which no ledger does: the rows are equal still.
            const stepMs = run % 2 === 0 ? 600_000 : -600_000;
            const time = { shard, recordedAtMs: START_MS, stepMs };
            const head = await appendEvents(log.db, historyOf(seed, 260), time);
            const { events } = await createLogReader(log.db).read(shard, 0n, 5_000);
            const [folded, ranged] = [`folded_${run}`, `ranged_${run}`];
            const parts = ALL_PROJECTIONS.flatMap((each) => each.parts)
              .filter(({ applyRange }) => applyRange !== undefined);
            expect(parts.length).toBeGreaterThan(1);
            for (const schema of [folded, ranged]) {
              await sql.raw(`create schema ${schema}`).execute(log.db);
              for (const each of ALL_PROJECTIONS) await createTables(log.db, schema, each);
            }
            for (const part of parts) {
              await part.apply(log.db, folded, events);
              for (let after = 0n, turn = 0; after < head; turn++) {
                const next = after + BigInt(sizes[turn % sizes.length]!);
                const range = { shard, after, to: next < head ? next : head };
                await log.db.transaction().execute((tx) => part.applyRange!(tx, ranged, range));
                after = range.to;
              }
            }
            expect(await allRows(log.db, ranged)).toEqual(await allRows(log.db, folded));
          },
        ),
        { numRuns: 6 },
      );
    });

    it("cost one query a round at the end of the log", async () => {
      let queries = 0;
      const counting = log.db.withPlugin({
        transformQuery({ node }) {
          queries += 1;
          return node;
        },
        transformResult: ({ result }) => Promise.resolve(result),
      });
      const runner = runnerOn(counting);
      await runner.catchUp();
      expect(queries).toBe(1);
      await runner.stop();
    });

    it("refuse a second rebuild of the same projection at the same time", async () => {
      const [projection] = ALL_PROJECTIONS;
      const start = () =>
        rebuild({
          db: log.db,
          projection: projection!,
          shards: 1,
          effects,
          requestedBy: "system:test",
        });
      const results = await Promise.allSettled([start(), start()]);
      const refused = results.filter(({ status }) => status === "rejected");
      expect(refused).toHaveLength(1);
      expect((refused[0] as PromiseRejectedResult).reason).toBeInstanceOf(RebuildRefused);
    });

    it("count money exactly as the events say", async () => {
      const { rows } = await sql<Record<string, string>>`
        select
          (select sum(settled_micro_kyat) from projections.balances)::text as settled,
          (select sum(charged_micro_kyat) from projections.requests)::text as charged,
          (select sum(charged_micro_kyat) from projections.daily_usage)::text as daily,
          (select sum((payload->>'chargedMicroKyat')::numeric) from ledger.event
            where shard = 0 and type in ('HoldSettled', 'LateUsageSettled'))::text as events,
          (select sum(requests) from projections.daily_usage)::text as ended,
          (select count(*) from projections.requests where state <> 'held')::text as requests,
          (select sum(held_micro_kyat) from projections.balances)::text as held,
          (select sum(hold_micro_kyat) from projections.requests where state = 'held')::text as open,
          (select sum(u.value::numeric) from projections.requests r, jsonb_each_text(r.usage) u
            where state <> 'held' and u.key = 'input' and r.charge_micro_kyat is not null)::text
            as input,
          (select sum(usage_input) from projections.daily_usage)::text as daily_input
      `.execute(log.db);
      const row = rows[0]!;
      expect([row.charged, row.daily, row.events]).toEqual([row.settled, row.settled, row.settled]);
      expect(row.ended).toBe(row.requests);
      expect(row.held).toBe(row.open);
      expect(row.daily_input).toBe(row.input);
    });

    it("pause in front of an event that cannot be applied, and never skip it", async () => {
      const before = await checkpointOf(log.db, "balances", 0);
      const head = await appendEvents(log.db, [
        grant("acc-1", 5n),
        grant("nobody", 7n),
        grant("acc-1", 11n),
      ], { recordedAtMs: START_MS + 2 * 86_400_000 });
      const runner = runnerOn(log.db);
      await runner.catchUp();
      const [balances, requests] = await Promise.all(
        ["balances", "requests"].map((name) => checkpointOf(log.db, name, 0)),
      );
      expect(balances!.position).toBe(before.position + 1n);
      expect(balances!.error).toContain("account nobody does not exist");
      // A projection that does not care goes on.
      expect(requests).toMatchObject({ position: head, error: null });
      const status = await statusOf(log.db, 1);
      expect(status.find(({ name }) => name === "balances")).toMatchObject({
        state: "paused",
        lag: "2",
        pausedAt: { shard: 0, position: (head - 1n).toString(), eventType: "CreditGranted" },
      });
      const failing = rebuild({
        db: log.db,
        projection: ALL_PROJECTIONS[0]!,
        shards: 1,
        effects,
        requestedBy: "system:test",
      });
      await expect(failing).rejects.toThrow("account nobody does not exist");
      await runner.stop();
    });

    it("pause at an event of a type that is not known", async () => {
      const head = (await checkpointOf(log.db, "requests", 0)).position;
      await insertRaw(head + 1n, "MoonPhased");
      const runner = runnerOn(log.db);
      await runner.catchUp();
      expect(await checkpointOf(log.db, "requests", 0)).toMatchObject({ position: head });
      expect((await checkpointOf(log.db, "requests", 0)).error).toContain("MoonPhased");
      await runner.stop();
    });

    it("pause at a gap in the log", async () => {
      const other = await openLog(kind);
      try {
        await prepareSchema(other.db, ALL_PROJECTIONS, 1);
        await insertRaw(2n, "CreditGranted", other);
        const runner = runnerOn(other.db);
        await runner.catchUp();
        const checkpoint = await checkpointOf(other.db, "keys", 0);
        expect(checkpoint.position).toBe(0n);
        expect(checkpoint.error).toBe("the log of shard 0 goes on at 2, expected 1");
        await runner.stop();
      } finally {
        await other.close();
      }
    });

    const insertRaw = (position: bigint, type: string, to: TestLog = log) =>
      sql`
        insert into ledger.event (shard, position, stream, version, type, schema_version, event_id,
          actor, occurred_at, recorded_at, payload, hash)
        values (0, ${position.toString()}::bigint, 'test', 1, ${type}, 1, ${crypto.randomUUID()},
          'system:test', 0, 0, '{}', decode(repeat('00', 32), 'hex'))
      `.execute(to.db);
  });
}

function grant(accountId: string, amountMicroKyat: bigint) {
  return {
    type: "CreditGranted",
    payload: { accountId, amountMicroKyat, source: "promotion", reference: "test" },
  } as const;
}

/** The calls of another history of the same accounts. */
function more(seed: number) {
  return historyOf(seed, 200).filter(({ type }) => /^(Hold|Usage|Late|Credit)/.test(type));
}
