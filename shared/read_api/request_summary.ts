/** Calls, summed up. @module */
import { z } from "zod";
import { usageSchema } from "../usage/mod.ts";
import { durationsSchema } from "./costs.ts";

const amount = z.string().regex(/^-?\d+$/);
const count = z.number().int();
const sharesSchema = z.array(z.object({ name: z.string(), requests: count }));

/**
 * GET /v1/requests/summary, with the filters of GET /v1/requests: the calls that were placed from
 * `from` until before `to` (epoch milliseconds; the last 24 hours unless told, 92 days at most). Each
 * breakdown has its most frequent first, 50 at most.
 */
export const requestSummarySchema = z.object({
  fromMs: z.number().int(),
  toMs: z.number().int(),
  requests: count,
  /** Still held. */
  open: count,
  /** Ended otherwise than completed, and not by the client's going away. */
  failed: count,
  /** More than one attempt was made for. */
  fallbacks: count,
  usage: usageSchema,
  chargedMicroKyat: amount,
  unbilledMicroKyat: amount,
  costNanoUsd: amount,
  /** The whole call, and until the first byte of the answer; null when no call says. */
  latency: durationsSchema.nullable(),
  timeToFirstByte: durationsSchema.nullable(),
  states: sharesSchema,
  models: sharesSchema,
  /** Of calls that ended; `none` where nobody served. */
  providers: sharesSchema,
  /** How calls ended that failed, by error code; `hold_expired` where nobody knows. */
  errors: sharesSchema,
});

/** See {@link requestSummarySchema}. */
export type RequestSummary = z.output<typeof requestSummarySchema>;
