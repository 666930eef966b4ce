/** A shard's state in memory, built from its events alone. @module */
import type { DomainEvent } from "../../shared/events/mod.ts";
import type { Domain, Leg } from "../domain.ts";
import { GENESIS_HASH, type Hash } from "../integrity/mod.ts";
import type { Posting } from "../store/mod.ts";

/** The state after some position. */
export interface Replica<State> {
  state: State;
  /** Of the last event taken in. */
  position: bigint;
  /** When the last event was recorded; time never goes back before it. */
  recordedAtMs: number;
  /** The hash of the last frame that is known to be committed. */
  frameHash: Hash;
  /** The last version of each stream. */
  readonly versions: Map<string, number>;
  /** By `account|currency`. */
  readonly balances: Map<string, bigint>;
}

/** The state before the first event. */
export function createReplica<State>(domain: Domain<State>): Replica<State> {
  return {
    state: domain.initial(),
    position: 0n,
    recordedAtMs: 0,
    frameHash: GENESIS_HASH,
    versions: new Map(),
    balances: new Map(),
  };
}

/** The key of a balance in {@link Replica.balances}. */
export function balanceKey(account: string, currency: string): string {
  return `${account}|${currency}`;
}

/** Throws RangeError when legs do not sum to zero in each currency. */
export function assertBalanced(event: DomainEvent, legs: readonly Leg[]): void {
  if (legs.length === 0) return;
  const sums = { MMK: 0n, USD: 0n };
  for (const { currency, amount } of legs) sums[currency] += amount;
  if (sums.MMK === 0n && sums.USD === 0n) return;
  throw new RangeError(
    `postings of ${event.type} sum to ${sums.MMK} MMK and ${sums.USD} USD, not 0`,
  );
}

/**
 * Takes the next event in: position, version, books and state. Returns its postings with the
 * balances that they leave. Throws RangeError when the event contradicts the state; the position
 * has then moved, and the replica must be thrown away.
 */
export function advance<State>(
  replica: Replica<State>,
  domain: Domain<State>,
  placed: { event: DomainEvent; recordedAtMs: number; legs: readonly Leg[]; stream: string },
): Posting[] {
  const { event, recordedAtMs, legs, stream } = placed;
  const position = replica.position + 1n;
  // First, as the mark of a change that was begun.
  replica.position = position;
  const postings = legs.map((leg, index): Posting => {
    const key = balanceKey(leg.account, leg.currency);
    const balanceAfter = (replica.balances.get(key) ?? 0n) + leg.amount;
    replica.balances.set(key, balanceAfter);
    return { ...leg, position, leg: index + 1, balanceAfter };
  });
  replica.state = domain.evolve(replica.state, { event, recordedAtMs, position });
  replica.recordedAtMs = recordedAtMs;
  replica.versions.set(stream, nextVersion(replica, stream));
  return postings;
}

/** The version that a stream's next event has. */
export function nextVersion(replica: Replica<unknown>, stream: string): number {
  return (replica.versions.get(stream) ?? 0) + 1;
}
