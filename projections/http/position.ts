/** Which log position an answer reflects, and waiting for one. @module */
import { sql } from "kysely";
import type { Timers } from "../../shared/effects.ts";
import { shardOf } from "../../shared/ids/mod.ts";
import { headOf } from "../log/mod.ts";
import type { Queryable } from "../table/mod.ts";

/** What a position is asked of. */
export interface PositionScope {
  /** Names of the projections that are read; none: the log itself. */
  readonly reads: readonly string[];
  /** The account whose shard counts, or null for all shards. */
  readonly accountId: string | null;
  readonly shards: number;
}

/**
 * The position up to which everything is in what is read after this call: of the slowest projection,
 * in the account's shard or else the slowest shard.
 */
export async function positionOf(db: Queryable, scope: PositionScope): Promise<bigint> {
  const shard = scope.accountId === null ? null : shardOf(scope.accountId, scope.shards);
  if (scope.reads.length === 0) {
    const shards = shard === null ? [...Array(scope.shards).keys()] : [shard];
    const heads = await Promise.all(shards.map((each) => headOf(db, each)));
    return heads.reduce((least, head) => head < least ? head : least);
  }
  const names = sql.join(scope.reads);
  const { rows } = await sql<{ position: bigint | string | null }>`
    select min(position) as position from projections.checkpoint
    where projection in (${names}) ${shard === null ? sql`` : sql`and shard = ${shard}`}
  `.execute(db);
  return BigInt(rows[0]?.position ?? 0);
}

/** How long a read waits for `min_position`. */
export const MIN_POSITION_WAIT_MS = 5_000;
const CHECK_EVERY_MS = 50;

/**
 * Waits until the position reaches `least`, at most {@link MIN_POSITION_WAIT_MS}. Another process
 * may be the one that moves it, so this looks at the table. Returns the last position seen.
 */
export async function waitForPosition(
  db: Queryable,
  scope: PositionScope,
  least: bigint,
  timers: Timers,
): Promise<bigint> {
  let expired = false;
  const deadline = timers.after(MIN_POSITION_WAIT_MS, () => {
    expired = true;
  });
  try {
    while (true) {
      const position = await positionOf(db, scope);
      if (position >= least || expired) return position;
      await timers.sleep(CHECK_EVERY_MS);
    }
  } finally {
    deadline.cancel();
  }
}
