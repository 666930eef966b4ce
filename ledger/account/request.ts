/**
 * What a shard remembers of requests: every open hold, each expired one while late usage may still
 * come, and the newest of those that are closed for good.
 *
 * @module
 */
import type { CountedCall } from "../limits/mod.ts";
import type { EvidenceGrade, Usage } from "../../shared/usage/mod.ts";
import { Fifo } from "./fifo.ts";
import type { IdempotentCall } from "./idempotency.ts";
import { type HeapItem, MinHeap } from "./min_heap.ts";
import type { HeldTerms, Served } from "./served.ts";

/** Late usage is taken this long after a hold's expiry: seven days. */
export const LATE_WINDOW_MS = 604_800_000;

// A day longer, so that who comes too late is told so.
const LATEABLE_KEPT_MS = LATE_WINDOW_MS + 86_400_000;

// Older ones are not forgotten by the ledger: the stored outcome of their operation answers.
const CLOSED_KEPT = 100_000;

/** What else a hold is part of, as long as its charge may change. */
interface Remembered {
  /** As what it counts against limits; null: there are none. */
  readonly counted: CountedCall | null;
  /** Null: the client named no idempotency key. */
  readonly idempotent: IdempotentCall | null;
}

/** A hold that no event has ended yet. */
export interface OpenHold extends HeapItem, Remembered {
  readonly state: "held";
  readonly requestId: string;
  readonly accountId: string;
  readonly keyId: string;
  readonly amountMicroKyat: bigint;
  readonly terms: HeldTerms;
  expiresAtMs: number;
  /** Of the last extension; 0 before the first. */
  extendSequence: number;
  /** Of the last progress report; 0 before the first. */
  usageSequence: number;
  /** The last progress report, or null. */
  progress: Served & { readonly usage: Usage; readonly evidence: EvidenceGrade } | null;
}

/** A hold that ended by its time: usage may still come late. */
export interface LapsedHold extends Remembered {
  readonly state: "expired" | "settled_at_expiry";
  readonly requestId: string;
  readonly accountId: string;
  readonly keyId: string;
  readonly terms: HeldTerms;
  readonly endedAtMs: number;
  /** The charge at expiry, written off parts included; 0 when it ended without a charge. */
  readonly chargeMicroKyat: bigint;
  /** The part of the charge at expiry that was taken from the wallet. */
  readonly chargedMicroKyat: bigint;
  /** The upstream cost that was booked at expiry. */
  readonly costNanoUsd: bigint;
}

/** A request about which nothing more will be decided. */
export interface ClosedRequest {
  readonly state: "settled" | "released" | "late_settled";
  readonly requestId: string;
  readonly accountId: string;
}

/** A request in any state. */
export type RequestRecord = OpenHold | LapsedHold | ClosedRequest;

/** See the module. */
export interface RequestBook {
  readonly byId: Map<string, RequestRecord>;
  readonly byExpiry: MinHeap<OpenHold>;
  readonly lapsed: Fifo<LapsedHold>;
  readonly closed: Fifo<ClosedRequest>;
}

/** No requests. */
export function newRequestBook(): RequestBook {
  return {
    byId: new Map(),
    byExpiry: new MinHeap<OpenHold>((a, b) =>
      a.expiresAtMs < b.expiresAtMs ||
      (a.expiresAtMs === b.expiresAtMs && a.requestId < b.requestId)
    ),
    lapsed: new Fifo(),
    closed: new Fifo(),
  };
}

/** Remembers a new hold. Throws RangeError when the request is known already. */
export function addHold(book: RequestBook, hold: OpenHold): void {
  if (book.byId.has(hold.requestId)) {
    throw new RangeError(`request ${hold.requestId} is held twice in the log`);
  }
  book.byId.set(hold.requestId, hold);
  book.byExpiry.push(hold);
}

/** Replaces an open hold by how it ended. */
export function endHold(
  book: RequestBook,
  hold: OpenHold,
  ended: LapsedHold | ClosedRequest,
): void {
  book.byExpiry.remove(hold);
  book.byId.set(hold.requestId, ended);
  if ("endedAtMs" in ended) book.lapsed.push(ended);
  else keepClosed(book, ended);
}

/** Replaces a lapsed hold whose late usage has been settled. */
export function closeLapsed(book: RequestBook, closed: ClosedRequest): void {
  book.byId.set(closed.requestId, closed);
  keepClosed(book, closed);
}

/** Forgets lapsed holds for which nothing can come any more at `atMs`. */
export function forgetLapsed(book: RequestBook, atMs: number): void {
  for (
    let oldest = book.lapsed.oldest();
    oldest !== undefined && oldest.endedAtMs + LATEABLE_KEPT_MS < atMs;
    oldest = book.lapsed.oldest()
  ) {
    forget(book, book.lapsed.shift());
  }
}

function keepClosed(book: RequestBook, closed: ClosedRequest): void {
  book.closed.push(closed);
  if (book.closed.size > CLOSED_KEPT) forget(book, book.closed.shift());
}

function forget(book: RequestBook, record: LapsedHold | ClosedRequest | undefined): void {
  // By identity: the id may stand for a newer state of the request by now.
  if (record !== undefined && book.byId.get(record.requestId) === record) {
    book.byId.delete(record.requestId);
  }
}
