/** The limits of a plan, and how much of one is left. @module */
import { z } from "zod";

/** Every limit that a plan can set, in the order in which they are looked at. */
export const LIMIT_NAMES = [
  "requestsPerMinute",
  "tokensPerMinute",
  "requestsPerDay",
  "tokensPerMonth",
  "concurrentRequests",
] as const;

/** One of {@link LIMIT_NAMES}. */
export type LimitName = (typeof LIMIT_NAMES)[number];

const limit = z.number().int().min(1).max(1_000_000_000_000).nullable();

/**
 * What a plan allows; null: unlimited. A minute is any 60 consecutive seconds of the ledger's clock,
 * days and months are those of Asia/Yangon. Tokens are all tokens of a call, in and out.
 */
export const limitsSchema = z.object({
  requestsPerMinute: limit,
  tokensPerMinute: limit,
  requestsPerDay: limit,
  tokensPerMonth: limit,
  concurrentRequests: limit,
});

/** See {@link limitsSchema}. */
export type Limits = z.output<typeof limitsSchema>;

/** Nothing is limited. */
export const NO_LIMITS: Limits = {
  requestsPerMinute: null,
  tokensPerMinute: null,
  requestsPerDay: null,
  tokensPerMonth: null,
  concurrentRequests: null,
};

/** One limit that applies to a call, and what is left of it after the call. */
export const rateLimitSchema = z.object({
  name: z.enum(LIMIT_NAMES),
  limit: z.number().int(),
  /** At least 0. */
  remaining: z.number().int().min(0),
  /**
   * When all of it is there again, should nothing else come; epoch milliseconds. Null for
   * `concurrentRequests`: nobody knows when a call ends.
   */
  resetAtMs: z.number().int().nullable(),
});

/** See {@link rateLimitSchema}. */
export type RateLimit = z.output<typeof rateLimitSchema>;
