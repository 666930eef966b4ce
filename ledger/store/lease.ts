/** Ownership of a shard: a lease on the database's clock, and an epoch that fences. @module */
import { sql } from "kysely";
import { GENESIS_HASH } from "../integrity/mod.ts";
import type { EventStore, Ownership, ShardHead } from "./event_store.ts";
import type { LedgerDatabase } from "./tables.ts";

interface HeadRow {
  readonly position: bigint;
  readonly frame_hash: Uint8Array;
  readonly epoch: bigint;
  readonly owner: string | null;
}

const until = (leaseMs: number) =>
  sql`clock_timestamp() + ${checkedLease(leaseMs)}::int * interval '1 millisecond'`;

function checkedLease(leaseMs: number): number {
  if (Number.isInteger(leaseMs) && leaseMs >= 1 && leaseMs <= 60_000) return leaseMs;
  throw new RangeError(`a lease lasts 1 to 60000 ms, not ${leaseMs}`);
}

/** Turns a row of shard_head into its value. */
export function headOf(row: HeadRow): ShardHead {
  return {
    position: row.position,
    frameHash: new Uint8Array(row.frame_hash),
    epoch: row.epoch,
    owner: row.owner,
  };
}

/** See EventStore.acquire. */
export async function acquire(
  database: LedgerDatabase,
  { shard, owner, leaseMs, exclusive = false }: Parameters<EventStore["acquire"]>[0],
): Promise<ShardHead | null> {
  await sql`
    INSERT INTO ledger.shard_head (shard, position, frame_hash, epoch)
    VALUES (${shard}::int, 0, decode(${GENESIS_HASH.toHex()}::text, 'hex'), 0)
    ON CONFLICT DO NOTHING`.execute(database);
  const { rows } = await sql<HeadRow>`
    UPDATE ledger.shard_head
    SET epoch = epoch + 1, owner = ${owner}::text, lease_until = ${until(leaseMs)}
    WHERE shard = ${shard}::int AND (${exclusive}::boolean OR owner IS NULL
      OR owner = ${owner}::text OR lease_until IS NULL OR lease_until < clock_timestamp())
    RETURNING position, frame_hash, epoch, owner`.execute(database);
  return rows[0] === undefined ? null : headOf(rows[0]);
}

/** See EventStore.reclaim. */
export async function reclaim(
  database: LedgerDatabase,
  { shard, owner }: Omit<Ownership, "epoch">,
  leaseMs: number,
): Promise<ShardHead | null> {
  // The update waits for the row lock of an append that still runs, and an append that the server
  // has yet to begin meets the new epoch.
  const { rows } = await sql<HeadRow>`
    UPDATE ledger.shard_head SET epoch = epoch + 1, lease_until = ${until(leaseMs)}
    WHERE shard = ${shard}::int AND owner = ${owner}::text
    RETURNING position, frame_hash, epoch, owner`.execute(database);
  return rows[0] === undefined ? null : headOf(rows[0]);
}

/** See EventStore.renew. */
export async function renew(
  database: LedgerDatabase,
  { shard, owner, epoch }: Ownership,
  leaseMs: number,
): Promise<boolean> {
  const { rows } = await sql<{ shard: number }>`
    UPDATE ledger.shard_head SET lease_until = ${until(leaseMs)}
    WHERE shard = ${shard}::int AND owner = ${owner}::text AND epoch = ${epoch}::int8
    RETURNING shard`.execute(database);
  return rows.length === 1;
}

/** See EventStore.release. */
export async function release(
  database: LedgerDatabase,
  { shard, owner, epoch }: Ownership,
): Promise<void> {
  await sql`
    UPDATE ledger.shard_head SET owner = NULL, lease_until = NULL
    WHERE shard = ${shard}::int AND owner = ${owner}::text AND epoch = ${epoch}::int8`
    .execute(database);
}
