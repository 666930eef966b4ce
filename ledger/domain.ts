/**
 * What the single writer needs of the domain that it serves: pure decisions, pure application of
 * events, postings, and what has fallen due. The writer knows nothing of accounts or prices.
 *
 * @module
 */
import type { Command, Rejection } from "../shared/commands/mod.ts";
import type { DomainEvent } from "../shared/events/mod.ts";
import type { JsonObject } from "../shared/json.ts";

/** One leg of a double entry: a debit when positive, a credit when negative. */
export interface Leg {
  /** Ledger account, such as `2000:acc-1` (a customer's) or `4000` (the platform's). */
  readonly account: string;
  /** `MMK` amounts are microkyat, `USD` amounts nanodollars. */
  readonly currency: "MMK" | "USD";
  readonly amount: bigint;
}

/** What a command leads to. An accepted command has at least one event. */
export type Decision =
  | {
    readonly status: "accepted";
    readonly events: readonly DomainEvent[];
    /** Builds the reply's result from the state that has applied the events. */
    readonly result: JsonObject;
  }
  | { readonly status: "rejected"; readonly rejection: Rejection };

/** When a command is decided, by the ledger's clock. */
export interface DecisionTime {
  /** Epoch milliseconds; never earlier than any time given before in this shard. */
  readonly nowMs: number;
}

/** An event together with when it was decided and where it stands, as `evolve` sees it. */
export interface PlacedEvent {
  readonly event: DomainEvent;
  readonly recordedAtMs: number;
  readonly position: bigint;
}

/** A domain whose commands one writer per shard decides. */
export interface Domain<State> {
  /** The state before the first event. */
  initial(): State;
  /** Decides without effects; the same state, command and time always give the same decision. */
  decide(state: State, command: Command, time: DecisionTime): Decision;
  /**
   * The state after an event. It consumes `state`: the caller must go on with what is returned and
   * never use the old value again, so that large maps need no copy. Throws RangeError when the event
   * contradicts the state, which means that the log is damaged.
   */
  evolve(state: State, placed: PlacedEvent): State;
  /** The double entry of an event; sums to zero per currency, empty when no money moves. */
  postings(event: DomainEvent): readonly Leg[];
  /** Commands that have fallen due at `nowMs` (expired holds), at most `limit`, oldest first. */
  due(state: State, nowMs: number, limit: number): readonly Command[];
  /** Which balances the domain believes in, by `account|currency`; compared with the books on load. */
  checkBalances(state: State, balanceOf: (account: string, currency: string) => bigint): void;
}
