/** Views of cost, usage, speed and errors over ended calls. @module */
import { z } from "zod";
import { MODALITIES, usageSchema } from "../usage/mod.ts";

const amount = z.string().regex(/^-?\d+$/);

/**
 * GET /v1/costs/{by-day|by-model|by-provider|by-key|by-modality}: sums over the calls whose hold
 * ended from `from` to `to` (days of Asia/Yangon as YYYY-MM-DD, both inclusive; the last 31 days
 * unless told, 366 at most). Filters: `account`, `key`, `model`, `provider`. `by-key` is by account
 * and key. With `daily=true` each is by day as well. A dimension that is summed over is null;
 * `provider` is `none` for a call that no target served.
 */
export const costRowSchema = z.object({
  day: z.string().nullable(),
  accountId: z.string().nullable(),
  keyId: z.string().nullable(),
  model: z.string().nullable(),
  provider: z.string().nullable(),
  modality: z.enum(MODALITIES).nullable(),
  requests: z.number().int(),
  chargedMicroKyat: amount,
  unbilledMicroKyat: amount,
  costNanoUsd: amount,
});

/** Of how many calls a duration is known, and its spread in milliseconds by nearest rank. */
export const durationsSchema = z.object({
  calls: z.number().int(),
  meanMs: z.number().int(),
  p50Ms: z.number().int(),
  p95Ms: z.number().int(),
  p99Ms: z.number().int(),
  maxMs: z.number().int(),
});

/**
 * GET /v1/costs/usage-by-model, with the filters of {@link costRowSchema}: what each model used, by
 * class, and how fast it answered: `latency` is the whole call, `timeToFirstToken` until the first
 * byte of the body from upstream. Null when no call says.
 */
export const modelUsageRowSchema = z.object({
  day: z.string().nullable(),
  model: z.string(),
  requests: z.number().int(),
  usage: usageSchema,
  chargedMicroKyat: amount,
  unbilledMicroKyat: amount,
  costNanoUsd: amount,
  latency: durationsSchema.nullable(),
  timeToFirstToken: durationsSchema.nullable(),
});

/**
 * GET /v1/costs/errors, with the filters of {@link costRowSchema} and `error`: failures by hour,
 * provider, model and error class, newest hour first. `scope` is `attempt` for a failed try at a
 * provider, also when another one served the call then, and `call` for how a call ended when that
 * was not `completed`. `requests` counts calls, `failures` what failed of them.
 */
export const errorPatternRowSchema = z.object({
  /** Beginning of the hour, epoch milliseconds. */
  hourMs: z.number().int(),
  scope: z.enum(["attempt", "call"]),
  provider: z.string(),
  model: z.string(),
  errorClass: z.string(),
  failures: z.number().int(),
  requests: z.number().int(),
});

/** See {@link costRowSchema}. */
export type CostRow = z.output<typeof costRowSchema>;
/** See {@link modelUsageRowSchema}. */
export type ModelUsageRow = z.output<typeof modelUsageRowSchema>;
/** See {@link errorPatternRowSchema}. */
export type ErrorPatternRow = z.output<typeof errorPatternRowSchema>;
