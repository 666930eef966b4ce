/** Reading tables in memory, bounded as every read of an event store. @module */
import type { AccountBalance, EventStore } from "../event_store.ts";
import { headOf, type MemoryTables, shardTables } from "./tables.ts";

type Reads = Omit<EventStore, "acquire" | "reclaim" | "renew" | "release" | "append">;

const MOST_ROWS = 10_000;

function bounded(limit: number): number {
  if (Number.isInteger(limit) && limit >= 1 && limit <= MOST_ROWS) return limit;
  throw new RangeError(`a read returns 1 to ${MOST_ROWS} rows, not ${limit}`);
}

/** The reading half of an event store. */
export function createMemoryReads(tables: MemoryTables): Reads {
  const of = (shard: number) => shardTables(tables, shard);
  return asPromises({
    readHead(shard) {
      const head = of(shard);
      return head.epoch === 0n ? null : headOf(head);
    },
    readShard: (shard, afterPosition, limit) => page(of(shard).events, afterPosition, limit),
    readStream: ({ shard, stream, fromVersion, limit }) =>
      of(shard).events.filter((event) => event.stream === stream && event.version >= fromVersion)
        .slice(0, bounded(limit)),
    readFrames: (shard, afterPosition, limit) =>
      of(shard).frames.filter(({ firstPosition }) => firstPosition > afterPosition)
        .slice(0, bounded(limit)),
    readPostings: (shard, afterPosition, limit) =>
      page(of(shard).postings, afterPosition, limit).flat(),
    readBalances({ shard, after, limit }) {
      const rows = [...of(shard).balances.values()].sort(byAccount);
      const later = after === null ? rows : rows.filter((row) => byAccount(row, after) > 0);
      return later.slice(0, bounded(limit));
    },
    readOpenHolds: (shard, limit) =>
      [...of(shard).holds.values()].sort((one, other) =>
        one.expiresAtMs - other.expiresAtMs || compare(one.requestId, other.requestId)
      ).slice(0, bounded(limit)),
    findOutcomes(shard, operationIds) {
      if (operationIds.length > 0) bounded(operationIds.length);
      return [...new Set(operationIds)].flatMap((id) => of(shard).outcomes.get(id) ?? [])
        .map((outcome) => structuredClone(outcome));
    },
    findByRequest: (requestId) =>
      [...tables.shards].sort(([one], [other]) => one - other)
        .flatMap(([, { events }]) => events.filter((event) => event.requestId === requestId))
        .slice(0, MOST_ROWS),
  });
}

type Sync<T> = {
  [Name in keyof T]: T[Name] extends (...args: infer A) => Promise<infer R> ? (...args: A) => R
    : never;
};

/** Each call answers by a promise; what it throws is a rejection. */
function asPromises(reads: Sync<Reads>): Reads {
  return Object.fromEntries(
    Object.entries(reads).map(([name, read]) => [
      name,
      // deno-lint-ignore require-await -- a failure is a rejection
      async (...args: unknown[]) => (read as (...args: unknown[]) => unknown)(...args),
    ]),
  ) as unknown as Reads;
}

/** What stands after a position, where position n is at index n − 1. */
function page<T>(rows: readonly T[], afterPosition: bigint, limit: number): T[] {
  const from = afterPosition > BigInt(rows.length) ? rows.length : Number(afterPosition);
  return rows.slice(from, from + bounded(limit));
}

function byAccount(
  one: Pick<AccountBalance, "account" | "currency">,
  other: Pick<AccountBalance, "account" | "currency">,
): number {
  return compare(one.account, other.account) || compare(one.currency, other.currency);
}

function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
