/** How old the oldest event is that a projection, or a signed checkpoint, has not reached. @module */
import { sql } from "kysely";
import { isMissingTable } from "../../log/mod.ts";
import type { Queryable } from "../../table/mod.ts";

/** How far one projection is behind in one shard. */
export interface ProjectionAge {
  readonly projection: string;
  readonly shard: number;
  /** When the first event that it has not applied was recorded; null when there is none. */
  readonly oldestMissingMs: number | null;
}

/** Each projection in each shard; null when the ledger has no tables yet. */
export async function readProjectionAges(db: Queryable): Promise<readonly ProjectionAge[] | null> {
  try {
    const { rows } = await sql<RawAge & { projection: string }>`
      select c.projection, c.shard, e.recorded_at as "oldestMissingMs"
      from projections.checkpoint c
      left join ledger.event e on e.shard = c.shard and e.position = c.position + 1
      order by c.projection, c.shard
    `.execute(db);
    return rows.map((row) => ({ ...row, oldestMissingMs: timeOf(row.oldestMissingMs) }));
  } catch (error) {
    if (isMissingTable(error)) return null;
    throw error;
  }
}

/** How far signed checkpoints are behind the log of one shard. */
export interface CheckpointAge {
  readonly shard: number;
  /** When the first event that no checkpoint covers was recorded; null when there is none. */
  readonly oldestMissingMs: number | null;
}

/** Each shard that has events; null while the ledger keeps no checkpoints. */
export async function readCheckpointAges(
  db: Queryable,
  shards: number,
): Promise<readonly CheckpointAge[] | null> {
  try {
    const { rows } = await sql<RawAge>`
      select s.shard, e.recorded_at as "oldestMissingMs"
      from generate_series(0, ${shards - 1}::int) as s(shard)
      left join lateral (
        select max(position) as position from ledger.checkpoint where shard = s.shard) c on true
      left join ledger.event e
        on e.shard = s.shard and e.position = coalesce(c.position, 0) + 1
      order by s.shard
    `.execute(db);
    return rows.map((row) => ({ ...row, oldestMissingMs: timeOf(row.oldestMissingMs) }));
  } catch (error) {
    if (isMissingTable(error)) return null;
    throw error;
  }
}

interface RawAge {
  readonly shard: number;
  readonly oldestMissingMs: bigint | string | null;
}

function timeOf(value: bigint | string | null): number | null {
  return value === null ? null : Number(value);
}
