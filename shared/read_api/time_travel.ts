/**
 * Balances, journals and trial balances as of a time or a position of the log.
 *
 * `at` is a time: epoch milliseconds, or ISO 8601 with a zone such as `2026-11-20T17:00:00+06:30`.
 * `position` is a position of the shard's log. At most one of the two is given; neither means now.
 *
 * @module
 */
import { z } from "zod";

const amount = z.string().regex(/^-?\d+$/);

/**
 * Where in a shard's log an answer stands: after the event at `position` (0: before the first one),
 * which was recorded at `recordedAtMs` (null before the first one).
 */
export const asOfSchema = z.object({
  shard: z.number().int(),
  position: z.string(),
  recordedAtMs: z.number().int().nullable(),
});

/** GET /v1/accounts/{accountId}/balance?at=|position=: microkyat, from the postings themselves. */
export const balanceAsOfSchema = z.object({
  accountId: z.string(),
  currency: z.literal("MMK"),
  asOf: asOfSchema,
  availableMicroKyat: amount,
  heldMicroKyat: amount,
  /** Available and held. */
  totalMicroKyat: amount,
  /** Position of the posting that left the wallet as it is; null when nothing moved it yet. */
  movedAtPosition: z.string().nullable(),
});

/** One leg of an event's double entry; a debit when positive, microkyat or nanodollars by currency. */
export const legSchema = z.object({
  leg: z.number().int(),
  account: z.string(),
  currency: z.enum(["MMK", "USD"]),
  amount,
  balanceAfter: amount,
});

/**
 * GET /v1/accounts/{accountId}/journal?at=|position=&limit=&cursor=: the events that moved an
 * account's money, newest first, each with its legs and the balance that it left. Whoever may not
 * read the ledger sees the legs of the customer's own two ledger accounts, and of the actor only the
 * kind, such as `user`.
 */
export const journalRowSchema = z.object({
  shard: z.number().int(),
  position: z.string(),
  eventId: z.string(),
  type: z.string(),
  requestId: z.string().nullable(),
  actor: z.string(),
  occurredAtMs: z.number().int(),
  recordedAtMs: z.number().int(),
  /** What the event did to what is available; negative when it took something. */
  changeMicroKyat: amount,
  availableMicroKyat: amount,
  heldMicroKyat: amount,
  legs: z.array(legSchema),
});

/**
 * GET /v1/books/{book}?currency=&shard=&at=|position=&limit=&cursor=: the legs on one ledger account
 * (`4000`, `2000:acc-1`, …), newest first, each with the balance that it left in its shard. `currency`
 * is `MMK` unless told; `shard` is a customer's own, or 0 unless told for the platform's accounts,
 * which have a balance in every shard.
 */
export const bookRowSchema = z.object({
  shard: z.number().int(),
  position: z.string(),
  leg: z.number().int(),
  eventId: z.string(),
  type: z.string(),
  requestId: z.string().nullable(),
  actor: z.string(),
  recordedAtMs: z.number().int(),
  amount,
  balanceAfter: amount,
});

/**
 * GET /v1/trial-balance?at=|position=: each ledger account's balance, a debit when positive;
 * microkyat or nanodollars by currency. All balances of a currency sum to zero.
 */
export const trialBalanceRowSchema = z.object({
  account: z.string(),
  currency: z.enum(["MMK", "USD"]),
  balance: amount,
});

/** See {@link balanceAsOfSchema}. */
export type BalanceAsOf = z.output<typeof balanceAsOfSchema>;
/** See {@link journalRowSchema}. */
export type JournalRow = z.output<typeof journalRowSchema>;
/** See {@link bookRowSchema}. */
export type BookRow = z.output<typeof bookRowSchema>;
/** See {@link trialBalanceRowSchema}. */
export type TrialBalanceRow = z.output<typeof trialBalanceRowSchema>;
