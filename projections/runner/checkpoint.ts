/** How far each projection has come in each shard. @module */
import { sql } from "kysely";
import { isMissingTable } from "../log/mod.ts";
import type { Queryable } from "../table/mod.ts";

/** The schema of all tables of this room. */
export const SCHEMA = "projections";

/** A row of the checkpoint table. */
export interface Checkpoint {
  readonly projection: string;
  readonly shard: number;
  readonly version: number;
  readonly position: bigint;
  /** Why the projection is paused in front of the next event, or null when it is live. */
  readonly error: string | null;
}

interface RawCheckpoint {
  readonly projection: string;
  readonly shard: number;
  readonly version: number;
  readonly position: bigint | string;
  readonly error: string | null;
}

/** All checkpoints, those of running rebuilds left out. */
export async function listCheckpoints(db: Queryable): Promise<Checkpoint[]> {
  const { rows } = await sql<RawCheckpoint>`
    select projection, shard, version, position, error
    from projections.checkpoint order by projection, shard
  `.execute(db);
  return rows.map(decode);
}

/**
 * The names of the projections that have something to do in a shard: what they have applied is less
 * than the log holds. One query, because it is asked for ever, mostly in vain.
 */
export async function listBehind(db: Queryable, shard: number): Promise<ReadonlySet<string>> {
  try {
    const { rows } = await sql<{ projection: string }>`
      select projection from projections.checkpoint
      where shard = ${shard} and position < (
        select coalesce(max(position), 0) from ledger.event where shard = ${shard})
    `.execute(db);
    return new Set(rows.map(({ projection }) => projection));
  } catch (error) {
    if (isMissingTable(error)) return new Set();
    throw error;
  }
}

/** One checkpoint; position 0 when there is none yet. */
export async function checkpointOf(
  db: Queryable,
  projection: string,
  shard: number,
): Promise<Checkpoint> {
  const { rows } = await sql<RawCheckpoint>`
    select projection, shard, version, position, error
    from projections.checkpoint where projection = ${projection} and shard = ${shard}
  `.execute(db);
  const row = rows[0];
  return row === undefined
    ? { projection, shard, version: 0, position: 0n, error: null }
    : decode(row);
}

/**
 * Moves a checkpoint from one position to the next and makes it live. Returns false, and changes
 * nothing, when it stands elsewhere or another process holds it right now.
 */
export async function advance(
  db: Queryable,
  of: { readonly projection: string; readonly shard: number },
  from: bigint,
  to: bigint,
): Promise<boolean> {
  const { rows } = await sql`
    update projections.checkpoint set position = ${to.toString()}::bigint, error = null
    where (projection, shard) in (
      select projection, shard from projections.checkpoint
      where projection = ${of.projection} and shard = ${of.shard}
        and position = ${from.toString()}::bigint
      for update skip locked
    )
    returning position
  `.execute(db);
  return rows.length === 1;
}

/** Says why a projection stands still. Returns false when its checkpoint has moved on meanwhile. */
export async function pause(
  db: Queryable,
  of: { readonly projection: string; readonly shard: number },
  at: bigint,
  error: string,
): Promise<boolean> {
  const { rows } = await sql`
    update projections.checkpoint set error = ${error.slice(0, 2_000)}
    where projection = ${of.projection} and shard = ${of.shard}
      and position = ${at.toString()}::bigint
    returning position
  `.execute(db);
  return rows.length === 1;
}

function decode(row: RawCheckpoint): Checkpoint {
  return { ...row, position: BigInt(row.position) };
}
