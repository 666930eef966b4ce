/** Puts rebuilt tables in the place of the live ones. @module */
import { sql } from "kysely";
import { createLogReader } from "../log/mod.ts";
import type { Projection } from "../projection/mod.ts";
import { applyBatch } from "../runner/mod.ts";
import type { Queryable } from "../table/mod.ts";
import { moveClaim, RebuildRefused } from "./claim.ts";

const ATTEMPTS = 20;
const BATCH_EVENTS = 5_000;

interface Swap {
  readonly db: Queryable;
  readonly projection: Projection;
  readonly owner: string;
  /** The schema of the rebuilt tables. */
  readonly from: string;
  /** The schema of the live ones. */
  readonly to: string;
}

/**
 * Swaps in one transaction. It first holds the checkpoint, so that no runner writes meanwhile, brings
 * the rebuilt tables to where the live ones stand, and then waits at most 2 s for readers that are
 * under way; when they take longer it lets everybody pass and tries again.
 */
export async function swapIn(swap: Swap, positions: bigint[]): Promise<void> {
  for (let attempt = 1;; attempt++) {
    try {
      return await attemptSwap(swap, [...positions]);
    } catch (error) {
      const code = error instanceof Error && "code" in error ? error.code : null;
      if (code !== "55P03" || attempt >= ATTEMPTS) throw error;
    }
  }
}

async function attemptSwap(swap: Swap, positions: bigint[]): Promise<void> {
  const { projection, from, to } = swap;
  await swap.db.transaction().execute(async (tx) => {
    await sql`set local lock_timeout = '2s'`.execute(tx);
    const { rows } = await sql<{ shard: number; position: bigint | string }>`
      select shard, position from projections.checkpoint
      where projection = ${projection.name} order by shard for update
    `.execute(tx);
    for (const { shard, position } of rows) {
      positions[shard] = await follow(tx, swap, shard, positions[shard] ?? 0n, BigInt(position));
    }
    for (const { name } of projection.parts.flatMap(({ tables }) => tables)) {
      await sql.raw(`drop table ${to}.${name}`).execute(tx);
      await sql.raw(`alter table ${from}.${name} set schema ${to}`).execute(tx);
    }
    for (const { shard } of rows) {
      await sql`
        update projections.checkpoint
        set position = ${String(positions[shard])}::bigint, version = ${projection.version},
          error = null
        where projection = ${projection.name} and shard = ${shard}
      `.execute(tx);
    }
    await sql`delete from projections.rebuild where projection = ${projection.name}`.execute(tx);
  });
}

/** Applies what the live tables have and the rebuilt ones do not, and returns where they stand. */
async function follow(
  tx: Queryable,
  { projection, owner, from }: Swap,
  shard: number,
  start: bigint,
  live: bigint,
): Promise<bigint> {
  const reader = createLogReader(tx);
  let at = start;
  // Also when there is nothing to apply: a claim that was taken over must not swap.
  await moveClaim(tx, { projection: projection.name, shard, owner }, at, at);
  while (at < live) {
    const { events, failure } = await reader.read(shard, at, BATCH_EVENTS);
    const last = events.at(-1);
    if (last === undefined) {
      throw new RebuildRefused(
        failure?.message ?? `the log ends at ${at}, before the live projection at ${live}`,
      );
    }
    await applyBatch(tx, from, projection, events);
    await moveClaim(tx, { projection: projection.name, shard, owner }, at, last.position);
    at = last.position;
  }
  return at;
}
