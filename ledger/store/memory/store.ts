/** The event store in memory: the same promises as on a database, for as long as the process lives. @module */
import type { Clock } from "../../../shared/effects.ts";
import type { EventStore } from "../event_store.ts";
import { appendTo } from "./append.ts";
import { createMemoryReads } from "./read.ts";
import { headOf, type MemoryTables, type ShardTables, shardTables } from "./tables.ts";

/**
 * An event store over `tables`, which several stores may share as processes share a database. Each
 * call acts at once and as a whole, before its promise resolves. `clock` is the one that leases are
 * measured by.
 */
export function createMemoryEventStore(tables: MemoryTables, clock: Clock): EventStore {
  const of = (shard: number) => shardTables(tables, shard);
  const lease = (shard: ShardTables, leaseMs: number) => {
    if (!Number.isInteger(leaseMs) || leaseMs < 1 || leaseMs > 60_000) {
      throw new RangeError(`a lease lasts 1 to 60000 ms, not ${leaseMs}`);
    }
    shard.leaseUntilMs = clock.nowMs() + leaseMs;
  };
  const isFree = ({ owner, leaseUntilMs }: ShardTables) =>
    owner === null || leaseUntilMs === null || leaseUntilMs < clock.nowMs();
  return {
    ...createMemoryReads(tables),
    acquire: answered(({ shard, owner, leaseMs, exclusive = false }) => {
      const head = of(shard);
      if (!exclusive && head.owner !== owner && !isFree(head)) return null;
      lease(head, leaseMs);
      head.epoch += 1n;
      head.owner = owner;
      return headOf(head);
    }),
    reclaim: answered(({ shard, owner }, leaseMs) => {
      const head = of(shard);
      if (head.owner !== owner) return null;
      lease(head, leaseMs);
      head.epoch += 1n;
      return headOf(head);
    }),
    renew: answered(({ shard, owner, epoch }, leaseMs) => {
      const head = of(shard);
      if (head.owner !== owner || head.epoch !== epoch) return false;
      lease(head, leaseMs);
      return true;
    }),
    release: answered(({ shard, owner, epoch }) => {
      const head = of(shard);
      if (head.owner !== owner || head.epoch !== epoch) return;
      head.owner = null;
      head.leaseUntilMs = null;
    }),
    append: answered((batch) => appendTo(tables, of(batch.ownership.shard), batch, clock.nowMs())),
  };
}

/** What a function throws becomes a rejection, as of a call to a database. */
function answered<A extends unknown[], R>(work: (...args: A) => R) {
  // deno-lint-ignore require-await -- a failure is a rejection
  return async (...args: A): Promise<R> => work(...args);
}
