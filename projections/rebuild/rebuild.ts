/** Fresh tables beside the live ones, filled from the log and swapped in at the end. @module */
import { sql } from "kysely";
import { createLogReader, headOf, type LogReader } from "../log/mod.ts";
import type { Projection } from "../projection/mod.ts";
import { applyBatch, createTables, SCHEMA } from "../runner/mod.ts";
import { createIndexesSql, type Queryable } from "../table/mod.ts";
import { claim, moveClaim, RebuildRefused, releaseClaim } from "./claim.ts";
import { swapIn } from "./swap.ts";

export { RebuildRefused };

/** Where the fresh tables grow. */
const NEXT = "projections_next";

/** How far a rebuild is. */
export interface RebuildProgress {
  /** Events applied so far, over all shards. */
  readonly done: bigint;
  /** Events in the log when last looked at. */
  readonly total: bigint;
}

/** What is rebuilt, and how. */
export interface RebuildOptions {
  readonly db: Queryable;
  readonly projection: Projection;
  readonly shards: number;
  /** Tells this rebuild from any other, such as a UUID. */
  readonly owner: string;
  /** Events of one transaction; 5,000 when absent. */
  readonly batchEvents?: number;
  readonly onProgress?: (progress: RebuildProgress) => void;
}

/**
 * Rebuilds a projection while the live one is read and goes on. The swap is one short transaction,
 * and the position never goes back. Rejects with {@link RebuildRefused} when another rebuild runs or
 * when an event cannot be applied; the live tables are then as they were. A rebuild that died leaves
 * nothing that the next one minds.
 */
export async function rebuild(options: RebuildOptions): Promise<RebuildProgress> {
  const { db, projection, shards, owner } = options;
  await db.transaction().execute(async (tx) => {
    await claim(tx, projection.name, shards, owner);
    await sql.raw(`create schema if not exists ${NEXT}`).execute(tx);
    for (const { name } of tablesOf(projection)) {
      await sql.raw(`drop table if exists ${NEXT}.${name}`).execute(tx);
    }
    await createTables(tx, NEXT, projection, { indexes: false });
  });
  try {
    const positions = Array.from({ length: shards }, () => 0n);
    const reader = createLogReader(db);
    await fill(options, reader, positions);
    for (const statement of tablesOf(projection).flatMap((each) => createIndexesSql(NEXT, each))) {
      await sql.raw(statement).execute(db);
    }
    // Each round is shorter than the one before unless the log grows faster than this works.
    let missing = await fill(options, reader, positions);
    for (let round = 0; missing > SHORT_TAIL && round < 5; round++) {
      missing = await fill(options, reader, positions);
    }
    await swapIn({ db, projection, owner, from: NEXT, to: SCHEMA }, positions);
    const done = sum(positions);
    return { done, total: done };
  } catch (error) {
    await releaseClaim(db, projection.name, owner);
    throw error;
  }
}

/** What the swap may catch up on while it holds the checkpoint, in events. */
const SHORT_TAIL = 2_000n;

/**
 * Brings the fresh tables to where the log ended at the call; it may grow meanwhile, and by how much
 * is returned. `positions` by shard are moved along.
 */
async function fill(
  options: RebuildOptions,
  reader: LogReader,
  positions: bigint[],
): Promise<bigint> {
  const { db, shards, batchEvents = 5_000 } = options;
  const heads = await headsOf(options);
  for (let shard = 0; shard < shards; shard++) {
    let batch = await reader.read(shard, positions[shard]!, batchEvents);
    while (batch.events.length > 0 && positions[shard]! < heads[shard]!) {
      const from = positions[shard]!;
      const to = batch.events.at(-1)!.position;
      // The next batch is fetched while this one is written.
      const next = reader.read(shard, to, batchEvents);
      next.catch(() => {});
      const { events } = batch;
      await db.transaction().execute(async (tx) => {
        await moveClaim(tx, { ...options, projection: options.projection.name, shard }, from, to);
        await applyBatch(tx, NEXT, options.projection, events);
      });
      positions[shard] = to;
      await report(options, positions);
      batch = await next;
    }
    if (batch.events.length === 0 && batch.failure !== null) {
      throw new RebuildRefused(batch.failure.message);
    }
  }
  return sum(await headsOf(options)) - sum(positions);
}

async function report(options: RebuildOptions, positions: readonly bigint[]): Promise<void> {
  options.onProgress?.({ done: sum(positions), total: sum(await headsOf(options)) });
}

function headsOf({ db, shards }: RebuildOptions): Promise<bigint[]> {
  return Promise.all(Array.from({ length: shards }, (_, shard) => headOf(db, shard)));
}

function tablesOf(projection: Projection) {
  return projection.parts.flatMap(({ tables }) => tables);
}

function sum(values: readonly bigint[]): bigint {
  return values.reduce((total, value) => total + value, 0n);
}
