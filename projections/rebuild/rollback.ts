/** Swaps back the rows that the last swap replaced, brought up to date. @module */
import { sql } from "kysely";
import type { Queryable } from "../table/mod.ts";
import { followTo, headsOf, total } from "./follow.ts";
import { type RebuildOptions, type StartedJob, startJob, type Work } from "./job.ts";
import type { RebuildProgress } from "./progress.ts";
import { RebuildRefused } from "./refused.ts";
import { PREVIOUS, swapIn } from "./swap.ts";

/** After so many events it looks whether it was cancelled. */
const STEP_EVENTS = 20_000n;

/** The rows that the last swap replaced. */
export interface Previous {
  readonly version: number;
  /** By shard. */
  readonly positions: readonly bigint[];
}

/** What the last swap of a projection kept, or null when there was none. */
export async function previousOf(db: Queryable, projection: string): Promise<Previous | null> {
  const { rows } = await sql<{ version: number; position: bigint | string }>`
    select version, position from projections.previous where projection = ${projection}
    order by shard
  `.execute(db);
  const [first] = rows;
  if (first === undefined) return null;
  return { version: first.version, positions: rows.map(({ position }) => BigInt(position)) };
}

/** Rolls back and resolves after the swap; see {@link startRollback}. */
export async function rollback(options: RebuildOptions): Promise<RebuildProgress> {
  return await (await startRollback(options)).finished;
}

/**
 * Starts to swap back the kept rows. They first get the events that they lack, so that the position
 * does not go back; the rows that are live now are then the kept ones. Rejects with RebuildRefused
 * when nothing is kept, while a rebuild runs, or when the kept rows are of another version than this
 * code computes: a process with that version's code does it.
 */
export async function startRollback(options: RebuildOptions): Promise<StartedJob> {
  const { db, projection } = options;
  const previous = await previousOf(db, projection.name);
  if (previous === null) {
    throw new RebuildRefused(`projection ${projection.name} has no earlier rows to go back to`);
  }
  if (previous.version !== projection.version) {
    throw new RebuildRefused(
      `the earlier rows of ${projection.name} are of version ${previous.version}, and this process ` +
        `computes version ${projection.version}: ask a process with that version's code`,
    );
  }
  return await startJob(options, "rollback", workOf(options), () => Promise.resolve());
}

function workOf({ db, projection, shards, effects, stepEvents }: RebuildOptions): Work {
  return async ({ job: { jobId }, tracker }) => {
    const step = stepEvents === undefined ? STEP_EVENTS : BigInt(stepEvents);
    const heads = await headsOf(db, shards);
    // Read again: only now is it sure that nobody else moves them.
    const positions = [...(await previousOf(db, projection.name))!.positions];
    await tracker.at("catching_up", total(positions), total(heads));
    const follow = {
      db,
      projection,
      schema: PREVIOUS,
      stepEvents,
      async onBatch(tx: Queryable, shard: number, position: bigint) {
        await requireOpen(tx, jobId);
        await sql`
          update projections.previous set position = ${position.toString()}::bigint
          where projection = ${projection.name} and shard = ${shard}
        `.execute(tx);
      },
    };
    for (const [shard, head] of heads.entries()) {
      while (positions[shard]! < head) {
        const next = positions[shard]! + step;
        await followTo(follow, positions, positions.with(shard, next < head ? next : head));
        await tracker.at("catching_up", total(positions), total(heads));
      }
    }
    await tracker.at("swapping", total(positions), total(heads));
    const { timers } = effects;
    return total(await swapIn({ db, projection, jobId, from: PREVIOUS, timers }, positions));
  };
}

/** The kept tables have one name only: whoever lost the job must not write to them. */
async function requireOpen(tx: Queryable, jobId: string): Promise<void> {
  const { rows } = await sql`
    select from projections.rebuild_job where job_id = ${jobId}::uuid and finished_at is null
    for share
  `.execute(tx);
  if (rows.length === 1) return;
  throw new RebuildRefused("another process took this rollback for dead and began anew");
}
