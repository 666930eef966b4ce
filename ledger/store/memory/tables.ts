/** The tables of one shard, as plain collections. @module */
import { GENESIS_HASH, type Hash } from "../../integrity/mod.ts";
import type {
  AccountBalance,
  Frame,
  OpenHold,
  Outcome,
  Posting,
  ShardHead,
  StoredEvent,
} from "../event_store.ts";

/** Everything that is stored of one shard; what is append-only only ever grows. */
export interface ShardTables {
  /** Position n stands at index n − 1. */
  readonly events: StoredEvent[];
  /** By the position of their event, from position 1. */
  readonly postings: (readonly Posting[])[];
  readonly frames: Frame[];
  /** By `account|currency`. */
  readonly balances: Map<string, AccountBalance>;
  readonly holds: Map<string, OpenHold>;
  readonly outcomes: Map<string, Outcome>;
  /** The last version of each stream. */
  readonly versions: Map<string, number>;
  position: bigint;
  frameHash: Hash;
  epoch: bigint;
  owner: string | null;
  /** By the store's own clock; null when nobody's lease is alive. */
  leaseUntilMs: number | null;
}

/** All shards, and the index over all of them. */
export interface MemoryTables {
  readonly shards: Map<number, ShardTables>;
  /** The id of every event, to find one that is used twice. */
  readonly eventIds: Set<string>;
}

/** Tables without a row. */
export function emptyTables(): MemoryTables {
  return { shards: new Map(), eventIds: new Set() };
}

/** The tables of a shard, made when it is named for the first time. */
export function shardTables(tables: MemoryTables, shard: number): ShardTables {
  const existing = tables.shards.get(shard);
  if (existing !== undefined) return existing;
  const created: ShardTables = {
    events: [],
    postings: [],
    frames: [],
    balances: new Map(),
    holds: new Map(),
    outcomes: new Map(),
    versions: new Map(),
    position: 0n,
    frameHash: GENESIS_HASH,
    epoch: 0n,
    owner: null,
    leaseUntilMs: null,
  };
  tables.shards.set(shard, created);
  return created;
}

/** The head as the store tells it. */
export function headOf({ position, frameHash, epoch, owner }: ShardTables): ShardHead {
  return { position, frameHash, epoch, owner };
}
