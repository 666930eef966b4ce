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
  /** Of the rows that are read; the code may have another one while it rebuilds. */
  readonly version: number;
  readonly position: bigint;
  /** Why the projection is paused in front of the next event, or null when it is live. */
  readonly error: string | null;
  /** The event that cannot be applied, or null when it is live or the log itself is at fault. */
  readonly failedPosition: bigint | null;
  readonly failedType: string | null;
}

/** The event that a projection stands in front of, and why. */
export interface Refusal {
  readonly position: bigint;
  readonly eventType: string;
  readonly message: string;
}

type RawCheckpoint = Omit<Checkpoint, "position" | "failedPosition"> & {
  readonly position: bigint | string;
  readonly failedPosition: bigint | string | null;
};

const COLUMNS = sql`projection, shard, version, position, error,
  failed_position as "failedPosition", failed_type as "failedType"`;

/** All checkpoints of the rows that are read. */
export async function listCheckpoints(db: Queryable): Promise<Checkpoint[]> {
  const { rows } = await sql<RawCheckpoint>`
    select ${COLUMNS} from projections.checkpoint order by projection, shard
  `.execute(db);
  return rows.map(decode);
}

/**
 * The projections that have something to do in a shard, with the version of their rows: what they
 * have applied is less than the log holds. One query, because it is asked for ever, mostly in vain.
 */
export async function listBehind(
  db: Queryable,
  shard: number,
): Promise<ReadonlyMap<string, number>> {
  try {
    const { rows } = await sql<{ projection: string; version: number }>`
      select projection, version from projections.checkpoint
      where shard = ${shard} and position < (
        select coalesce(max(position), 0) from ledger.event where shard = ${shard})
    `.execute(db);
    return new Map(rows.map(({ projection, version }) => [projection, version]));
  } catch (error) {
    if (isMissingTable(error)) return new Map();
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
    select ${COLUMNS} from projections.checkpoint
    where projection = ${projection} and shard = ${shard}
  `.execute(db);
  const row = rows[0];
  return row === undefined
    ? {
      projection,
      shard,
      version: 0,
      position: 0n,
      error: null,
      failedPosition: null,
      failedType: null,
    }
    : decode(row);
}

/**
 * Moves a checkpoint from one position to the next and makes it live. Returns false, and changes
 * nothing, when it stands elsewhere, its rows are of another version, or another process holds it
 * right now.
 */
export async function advance(
  db: Queryable,
  of: { readonly projection: string; readonly shard: number; readonly version: number },
  from: bigint,
  to: bigint,
): Promise<boolean> {
  const { rows } = await sql`
    update projections.checkpoint
    set position = ${to.toString()}::bigint, error = null, failed_position = null,
      failed_type = null
    where (projection, shard) in (
      select projection, shard from projections.checkpoint
      where projection = ${of.projection} and shard = ${of.shard} and version = ${of.version}
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
  { projection, shard, version, position }: Checkpoint,
  refusal: Refusal,
): Promise<boolean> {
  const { rows } = await sql`
    update projections.checkpoint
    set error = ${refusal.message.slice(0, 2_000)},
      failed_position = ${refusal.position.toString()}::bigint, failed_type = ${refusal.eventType}
    where projection = ${projection} and shard = ${shard} and version = ${version}
      and position = ${position.toString()}::bigint
    returning position
  `.execute(db);
  return rows.length === 1;
}

function decode(row: RawCheckpoint): Checkpoint {
  const { failedPosition } = row;
  return {
    ...row,
    position: BigInt(row.position),
    failedPosition: failedPosition === null ? null : BigInt(failedPosition),
  };
}
