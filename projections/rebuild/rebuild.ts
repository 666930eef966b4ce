/** Fresh tables beside the live ones, filled from the log and swapped in at the end. @module */
import { sql } from "kysely";
import type { RebuildPhase } from "../../shared/read_api/mod.ts";
import { buildSchemaOf, createTables, listCheckpoints, noteComparison } from "../runner/mod.ts";
import { createIndexesSql } from "../table/mod.ts";
import { compareWithLive } from "./compare.ts";
import { unhurried } from "./unhurried.ts";
import { followTo, headsOf, total } from "./follow.ts";
import { type RebuildOptions, type StartedJob, startJob, type Work } from "./job.ts";
import { loadRanges } from "./load.ts";
import type { RebuildProgress } from "./progress.ts";
import { RebuildRefused } from "./refused.ts";
import { swapIn } from "./swap.ts";
import { shortenTail } from "./tail.ts";

/** How far live rows may be behind the log for the rebuilt ones to stop there and be compared. */
const COMPARABLE_LAG = 5_000n;
/** After so many events it says how far it is, and looks whether it was cancelled. */
const STEP_EVENTS = 20_000n;

/**
 * Rebuilds a projection while the live one is read and goes on, and resolves after the swap. The swap
 * is one short transaction, the position never goes back, and the rows that it replaces are kept for
 * {@link rollback}. A rebuild that fails, dies or is cancelled leaves the live tables as they were, as
 * does one whose rows differ from the live ones at the same position, unless that was accepted.
 */
export async function rebuild(options: RebuildOptions): Promise<RebuildProgress> {
  return await (await startRebuild(options)).finished;
}

/** Starts a rebuild. Rejects with RebuildRefused while another one of the projection runs. */
export function startRebuild(options: RebuildOptions): Promise<StartedJob> {
  const { db } = options;
  return startJob(options, "rebuild", workOf(options), async ({ jobId }) => {
    await sql.raw(`drop schema if exists ${buildSchemaOf(jobId)} cascade`).execute(db);
  });
}

function workOf(options: RebuildOptions): Work {
  const { db, projection, shards, effects, stepEvents, memoryRows, acceptDifferent } = options;
  return async ({ job: { jobId }, tracker }) => {
    const schema = buildSchemaOf(jobId);
    const step = stepEvents === undefined ? STEP_EVENTS : BigInt(stepEvents);
    const positions = Array.from({ length: shards }, () => 0n);
    const follow = { db, projection, schema, stepEvents };
    let heads = await headsOf(db, shards);
    const at = (phase: RebuildPhase) => tracker.at(phase, total(positions), total(heads));
    await at("loading");
    await sql.raw(`create schema ${schema}`).execute(db);
    await createTables(db, schema, projection, { indexes: false });
    const targets = await loadTargets({ db, projection, shards }, heads);
    const ranges = targets.map((to, shard) => ({ shard, after: 0n, to }));
    let loaded = 0n;
    await loadRanges({ ...follow, stepEvents, memoryRows }, ranges, async (events) => {
      loaded += events;
      await tracker.at("loading", loaded, total(heads));
    });
    positions.splice(0, shards, ...targets);

    const tables = projection.parts.flatMap((part) => part.tables);
    for (const statement of tables.flatMap((each) => createIndexesSql(schema, each))) {
      await at("indexing");
      await unhurried(db, (tx) => sql.raw(statement).execute(tx));
    }
    for (const { name } of tables) {
      await at("indexing");
      await unhurried(db, (tx) => sql.raw(`analyze ${schema}.${name}`).execute(tx));
    }

    const catchUp = async (phase: RebuildPhase, to: readonly bigint[]) => {
      for (const [shard, target] of to.entries()) {
        while (positions[shard]! < target) {
          const next = positions[shard]! + step;
          await followTo(follow, positions, positions.with(shard, next < target ? next : target));
          await at(phase);
        }
      }
    };
    await at("comparing");
    const moveTo = (live: readonly bigint[]) => catchUp("comparing", live);
    const comparison = await compareWithLive({ ...follow, positions, moveTo });
    await noteComparison(db, jobId, comparison);
    if (comparison.result === "different" && !acceptDifferent) {
      throw new RebuildRefused(
        "the rebuilt rows differ from the live ones at the same position, and the live ones stay: " +
          "find out why, then rebuild with accept=different (--accept-different) to replace them",
      );
    }

    await shortenTail({
      positions: () => positions,
      heads: async () => heads = await headsOf(db, shards),
      catchUp: (to) => catchUp("catching_up", to),
    });
    await at("swapping");
    const { timers } = effects;
    return total(await swapIn({ db, projection, jobId, from: schema, timers }, positions));
  };
}

/**
 * Up to where to load: to the live rows, so that both can be compared there, unless those are of
 * another version or far behind.
 */
async function loadTargets(
  { db, projection }: Pick<RebuildOptions, "db" | "projection" | "shards">,
  heads: readonly bigint[],
): Promise<bigint[]> {
  const live = (await listCheckpoints(db)).filter((each) => each.projection === projection.name);
  return heads.map((head, shard) => {
    const checkpoint = live.find((each) => each.shard === shard);
    if (checkpoint === undefined || checkpoint.version !== projection.version) return head;
    const { position } = checkpoint;
    return position < head && head - position <= COMPARABLE_LAG ? position : head;
  });
}
