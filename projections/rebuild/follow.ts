/** Brings loaded tables up to the log, batch by batch, as the live runner does. @module */
import { createLogReader, headOf } from "../log/mod.ts";
import type { Projection } from "../projection/mod.ts";
import { applyBatch } from "../runner/mod.ts";
import type { Queryable } from "../table/mod.ts";
import { RebuildRefused } from "./refused.ts";

const BATCH_EVENTS = 5_000;

/** Tables that follow the log. */
export interface Follow {
  readonly db: Queryable;
  readonly projection: Projection;
  readonly schema: string;
  /** The most events of a transaction; at most, and when absent, 5,000. */
  readonly stepEvents?: number | undefined;
  /** Called in the transaction of a batch, to note the position or to refuse by throwing. */
  onBatch?(tx: Queryable, shard: number, position: bigint): Promise<void>;
}

/**
 * Applies events until `positions` (by shard, moved along) have reached `targets`. Throws
 * {@link RebuildRefused} when the log ends before or cannot be read, ApplyError in front of an event
 * that cannot be applied.
 */
export async function followTo(
  follow: Follow,
  positions: bigint[],
  targets: readonly bigint[],
): Promise<void> {
  const { db, projection, schema, stepEvents = BATCH_EVENTS, onBatch } = follow;
  const most = Math.min(stepEvents, BATCH_EVENTS);
  const reader = createLogReader(db);
  for (const [shard, target] of targets.entries()) {
    while (positions[shard]! < target) {
      const at = positions[shard]!;
      const missing = target - at;
      const limit = missing < BigInt(most) ? Number(missing) : most;
      const { events, failure } = await reader.read(shard, at, limit);
      const last = events.at(-1);
      if (last === undefined) {
        throw new RebuildRefused(failure?.message ?? `the log ends at ${at}, before ${target}`);
      }
      const work = async (tx: Queryable) => {
        await applyBatch(tx, schema, projection, events);
        await onBatch?.(tx, shard, last.position);
      };
      if (db.isTransaction) await work(db);
      else await db.transaction().execute(work);
      positions[shard] = last.position;
    }
  }
}

/** Where the log of each shard ends. */
export function headsOf(db: Queryable, shards: number): Promise<bigint[]> {
  return Promise.all(Array.from({ length: shards }, (_, shard) => headOf(db, shard)));
}

/** The sum of positions: how many events. */
export function total(positions: readonly bigint[]): bigint {
  return positions.reduce((sum, position) => sum + position, 0n);
}
