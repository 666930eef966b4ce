/** Puts tables in the place of the live ones, which are kept for a rollback. @module */
import { sql } from "kysely";
import type { Timers } from "../../shared/effects.ts";
import type { Projection } from "../projection/mod.ts";
import { closeJob, SCHEMA } from "../runner/mod.ts";
import type { Queryable } from "../table/mod.ts";
import { followTo } from "./follow.ts";
import { RebuildRefused } from "./refused.ts";

/** Where the tables are that the last swap replaced. */
export const PREVIOUS = "projections_previous";
const PARKING = "projections_parking";

const ATTEMPTS = 60;
const BETWEEN_ATTEMPTS_MS = 200;

/** What is swapped. */
export interface Swap {
  readonly db: Queryable;
  readonly projection: Projection;
  readonly jobId: string;
  /** The schema of the tables that become the live ones. */
  readonly from: string;
  readonly timers: Timers;
}

/**
 * Swaps in one transaction. It first holds the checkpoint, so that no runner writes meanwhile, brings
 * the new tables to where the live ones stand, and then waits at most half a second for readers that
 * are under way; when they take longer it lets everybody pass and tries again. The job is closed by
 * the same transaction. Returns the new positions.
 */
export async function swapIn(swap: Swap, positions: readonly bigint[]): Promise<bigint[]> {
  for (let attempt = 1;; attempt++) {
    try {
      return await swap.db.transaction().execute((tx) => attemptSwap(tx, swap, [...positions]));
    } catch (error) {
      const code = error instanceof Error && "code" in error ? error.code : null;
      if (code !== "55P03" || attempt >= ATTEMPTS) throw error;
      await swap.timers.sleep(BETWEEN_ATTEMPTS_MS);
    }
  }
}

interface LiveCheckpoint {
  readonly shard: number;
  readonly version: number;
  readonly position: bigint | string;
}

async function attemptSwap(tx: Queryable, swap: Swap, positions: bigint[]): Promise<bigint[]> {
  const { projection, from } = swap;
  await sql`set local lock_timeout = '500ms'`.execute(tx);
  const { rows: live } = await sql<LiveCheckpoint>`
    select shard, version, position from projections.checkpoint
    where projection = ${projection.name} order by shard for update
  `.execute(tx);
  const targets = live.map(({ position }) => BigInt(position));
  await followTo({ db: tx, projection, schema: from }, positions, targets);
  await exchange(tx, projection, from);
  for (const { shard, version, position } of live) {
    await sql`
      insert into projections.previous (projection, shard, version, position, tables)
      values (${projection.name}, ${shard}, ${version}, ${String(position)}::bigint,
        ${namesOf(projection)}::text[])
    `.execute(tx);
    await sql`
      update projections.checkpoint
      set position = ${String(positions[shard])}::bigint, version = ${projection.version},
        error = null, failed_position = null, failed_type = null
      where projection = ${projection.name} and shard = ${shard}
    `.execute(tx);
  }
  if (!await closeJob(tx, swap.jobId, "done")) {
    throw new RebuildRefused("another process took this rebuild for dead and began anew");
  }
  return positions;
}

/** The live tables are parked, then the new ones come in, then the parked ones are kept. */
async function exchange(tx: Queryable, projection: Projection, from: string): Promise<void> {
  const run = (text: string) => sql.raw(text).execute(tx);
  for (const schema of [PARKING, PREVIOUS]) await run(`create schema if not exists ${schema}`);
  const names = projection.parts.flatMap(({ tables }) => tables.map(({ name }) => name));
  for (const name of names) {
    await run(`alter table if exists ${SCHEMA}.${name} set schema ${PARKING}`);
    await run(`alter table ${from}.${name} set schema ${SCHEMA}`);
  }
  await forgetPrevious(tx, projection.name);
  for (const name of names) {
    await run(`alter table if exists ${PARKING}.${name} set schema ${PREVIOUS}`);
  }
  if (from !== PREVIOUS) await run(`drop schema ${from}`);
}

/** Drops what an earlier swap kept. */
async function forgetPrevious(tx: Queryable, projection: string): Promise<void> {
  const { rows } = await sql<{ name: string }>`
    select distinct unnest(tables) as name from projections.previous where projection = ${projection}
  `.execute(tx);
  for (const { name } of rows) {
    await sql.raw(`drop table if exists ${PREVIOUS}.${name}`).execute(tx);
  }
  await sql`delete from projections.previous where projection = ${projection}`.execute(tx);
}

/** An array literal; names of tables need no quotes. */
function namesOf({ parts }: Projection): string {
  return `{${parts.flatMap(({ tables }) => tables.map(({ name }) => name)).join(",")}}`;
}
