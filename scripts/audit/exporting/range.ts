/** Which frames an export covers. @module */
import { type CompactRange, compactRange } from "../../../ledger/integrity/mod.ts";
import { createCheckpointStore } from "../../../ledger/checkpoint/mod.ts";
import { createEventStore, type Frame, type LedgerDatabase } from "../../../ledger/store/mod.ts";

/** What somebody asked for; null: from the first event, or to the newest checkpoint. */
export interface AskedRange {
  readonly shard: number;
  readonly from: bigint | null;
  readonly to: bigint | null;
}

/** Whole frames, the last of which has a checkpoint. */
export interface ExportRange {
  readonly shard: number;
  readonly from: bigint;
  readonly to: bigint;
  /** The tree over the frames before. */
  readonly before: CompactRange;
  /** Of the frame before; null when there is none. */
  readonly previous: Frame | null;
}

const PAGE = 10_000;

/**
 * Widens what was asked to whole frames: from the beginning of the frame that `from` is in, to the
 * first checkpoint at or after `to`. Throws an Error when the log has no such range.
 */
export async function alignRange(
  database: LedgerDatabase,
  { shard, from, to }: AskedRange,
): Promise<ExportRange> {
  const newest = await createCheckpointStore(database).newest(shard);
  if (newest === null) throw new Error(`shard ${shard} has no checkpoint yet: nothing to export`);
  if (to !== null && to > newest.position) {
    throw new Error(`--to ${to} is beyond the newest checkpoint, position ${newest.position}`);
  }
  if (from !== null && from < 1n) throw new Error(`--from ${from} is no position`);
  const end = to === null ? newest.position : await checkpointAt(database, shard, to);
  if (from !== null && from > end) throw new Error(`--from ${from} is beyond the end, ${end}`);
  if (from !== null && to !== null && from > to) throw new Error(`--from ${from} is beyond --to`);
  return { shard, to: end, ...await framesBefore(database, shard, from ?? 1n) };
}

async function checkpointAt(database: LedgerDatabase, shard: number, to: bigint): Promise<bigint> {
  const row = await database.selectFrom("ledger.checkpoint").select("position")
    .where("shard", "=", shard).where("position", ">=", to).orderBy("position").limit(1)
    .executeTakeFirstOrThrow();
  return row.position;
}

async function framesBefore(
  database: LedgerDatabase,
  shard: number,
  from: bigint,
): Promise<Pick<ExportRange, "from" | "before" | "previous">> {
  const store = createEventStore(database);
  const before = compactRange();
  let previous: Frame | null = null;
  for (let after = 0n;;) {
    const frames: Frame[] = await store.readFrames(shard, after, PAGE);
    for (const frame of frames) {
      const { firstPosition, count } = frame;
      if (firstPosition + BigInt(count) > from) return { from: firstPosition, before, previous };
      before.append(frame.hash);
      previous = frame;
      after = firstPosition;
    }
    if (frames.length === 0) throw new Error(`no frame of shard ${shard} has position ${from}`);
  }
}
