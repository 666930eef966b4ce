/** What the event store promises, whichever database is under it. @module */
import type { RecordedEvent } from "../../shared/events/mod.ts";
import type { JsonObject } from "../../shared/json.ts";
import type { Leg } from "../domain.ts";
import type { FrameHeader, Hash } from "../integrity/mod.ts";

/** An event to append; the payload is canonical JSON already. */
export interface NewEvent extends Omit<RecordedEvent, "payload" | "shard"> {
  readonly payloadJson: string;
  readonly hash: Hash;
}

/** An event as read, with its leaf hash. */
export interface StoredEvent extends RecordedEvent {
  readonly hash: Hash;
}

/** One leg of an event's double entry with the balance that it leaves. */
export interface Posting extends Leg {
  readonly position: bigint;
  /** From 1 within its event. */
  readonly leg: number;
  readonly balanceAfter: bigint;
}

/** The current balance of one ledger account. */
export interface AccountBalance {
  readonly account: string;
  readonly currency: string;
  readonly balance: bigint;
  /** Of the event that last changed it. */
  readonly position: bigint;
}

/** A hold that an append opens. */
export interface OpenHold {
  readonly requestId: string;
  readonly accountId: string;
  readonly amountMicroKyat: bigint;
  readonly expiresAtMs: number;
  readonly position: bigint;
}

/** What an operation id is bound to for ever. */
export interface Outcome {
  readonly operationId: string;
  /** The command's type. */
  readonly operation: string;
  /** SHA-256 of the command in hex. */
  readonly bodyHash: string;
  /** The reply as JSON. */
  readonly outcome: JsonObject;
  /** The shard's position when it was decided. */
  readonly position: bigint;
}

/** A frame with its own hash. */
export interface Frame extends FrameHeader {
  readonly hash: Hash;
}

/** Where a shard's log stands, and whose it is. */
export interface ShardHead {
  /** Of the last event; 0n before the first. */
  readonly position: bigint;
  /** Of the last frame; 32 zero bytes before the first. */
  readonly frameHash: Hash;
  readonly epoch: bigint;
  /** Null when nobody owns the shard. */
  readonly owner: string | null;
}

/** The right to append to a shard, for as long as nobody has a higher epoch. */
export interface Ownership {
  readonly shard: number;
  readonly owner: string;
  readonly epoch: bigint;
}

/** Everything that one append writes, all of it or nothing. */
export interface Batch {
  readonly ownership: Ownership;
  /** The head that the batch follows: position of the last event before it. */
  readonly afterPosition: bigint;
  /** Positions from `afterPosition + 1` without gaps; versions without gaps per stream. */
  readonly events: readonly NewEvent[];
  readonly postings: readonly Posting[];
  readonly balances: readonly Omit<AccountBalance, "position">[];
  readonly holdsOpened: readonly OpenHold[];
  /** Holds of earlier batches with a new expiry. */
  readonly holdsExtended: readonly Pick<OpenHold, "requestId" | "expiresAtMs">[];
  /** Request ids of holds of earlier batches that are over. No id stands in two of these lists. */
  readonly holdsClosed: readonly string[];
  readonly outcomes: readonly Outcome[];
  /** Covers the events; null when there are none (rejections only). */
  readonly frame: Frame | null;
  /** For how long the append renews the ownership; 1 to 60,000 ms. */
  readonly leaseMs: number;
}

/**
 * How an append ended. `fenced`: another owner has a higher epoch, or the log is not where the batch
 * thought. `operation_exists`: an operation id has an outcome already. `version_conflict`: a stream
 * is not at the expected version. Nothing is written then. `unknown`: the statement failed in a way
 * that may pass, or the connection was lost, and only {@link EventStore.reclaim} can tell whether it
 * was written.
 */
export type AppendResult =
  | { readonly status: "committed" }
  | { readonly status: "fenced" }
  | { readonly status: "operation_exists" }
  | { readonly status: "version_conflict" }
  | { readonly status: "unknown"; readonly error: unknown };

/** The event log of one database, all shards. Reads are bounded; calls reject when it is away. */
export interface EventStore {
  /**
   * Takes the shard when nobody else's lease on it is alive, by the database's clock, or at once when
   * `exclusive` (the caller knows by other means that there is no other). The epoch rises. Null when
   * another's lease is alive.
   */
  acquire(
    request: { shard: number; owner: string; leaseMs: number; exclusive?: boolean },
  ): Promise<ShardHead | null>;
  /**
   * Takes a new epoch for an owner that still has the shard, after whatever it had under way there
   * has ended: the head it returns is the truth. Null when the shard is another's by now. May be
   * repeated when its own answer was lost, as an owner's name is never used twice.
   */
  reclaim(ownership: Omit<Ownership, "epoch">, leaseMs: number): Promise<ShardHead | null>;
  /** Renews the lease. False when the shard is another's by now. */
  renew(ownership: Ownership, leaseMs: number): Promise<boolean>;
  /** Gives the shard up, so that a standby need not wait. No effect when it is another's by now. */
  release(ownership: Ownership): Promise<void>;
  /** Writes a batch in one statement. Throws what no retry mends, such as a payload too large. */
  append(batch: Batch): Promise<AppendResult>;
  /** Null when the shard was never owned. */
  readHead(shard: number): Promise<ShardHead | null>;
  /** Events after a position in order; `limit` 1 to 10,000. */
  readShard(shard: number, afterPosition: bigint, limit: number): Promise<StoredEvent[]>;
  /** Events of a stream from a version in order; `limit` 1 to 10,000. */
  readStream(
    request: { shard: number; stream: string; fromVersion: number; limit: number },
  ): Promise<StoredEvent[]>;
  /** Frames that begin after a position, in order; `limit` 1 to 10,000. */
  readFrames(shard: number, afterPosition: bigint, limit: number): Promise<Frame[]>;
  /** Postings after a position in order of position and leg; whole events; `limit` events. */
  readPostings(shard: number, afterPosition: bigint, limit: number): Promise<Posting[]>;
  /** Current balances in order of account and currency, after a key; `limit` 1 to 10,000. */
  readBalances(
    request: { shard: number; after: { account: string; currency: string } | null; limit: number },
  ): Promise<AccountBalance[]>;
  /** Open holds by expiry, soonest first; `limit` 1 to 10,000. */
  readOpenHolds(shard: number, limit: number): Promise<OpenHold[]>;
  /** The outcomes that exist among at most 10,000 operation ids. */
  findOutcomes(shard: number, operationIds: readonly string[]): Promise<Outcome[]>;
  /** All shards' events of a request in order; at most 10,000. */
  findByRequest(requestId: string): Promise<StoredEvent[]>;
}
