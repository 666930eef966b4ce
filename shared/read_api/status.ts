/** How the gateway is doing: health of providers, and how calls went. @module */
import { z } from "zod";
import { durationsSchema } from "./costs.ts";

const timeMs = z.number().int();
const count = z.number().int();

/** What a breaker lets through: everything, one probe at a time, or nothing. */
export const HEALTH_PHASES = ["closed", "half_open", "open"] as const;

/**
 * What edges tell of the health of providers. `live`: some edge was heard within the last 15 s;
 * `silent`: none was, so that nothing is known; `not_connected`: nobody here listens. Without a
 * subject nothing is known to be wrong, which is news only while it is `live`.
 */
export const healthNewsSchema = z.object({
  state: z.enum(["live", "silent", "not_connected"]),
  edges: z.array(z.object({ edgeId: z.string(), heardMsAgo: count })),
  /** The newest known of each breaker that ever opened; forgotten after ten minutes of silence. */
  subjects: z.array(z.object({
    kind: z.enum(["provider", "model", "key"]),
    /** Such as `groq`, `groq/llama-3.3-70b` or a key's id. */
    name: z.string(),
    phase: z.enum(HEALTH_PHASES),
    trips: count,
    /** Until the first probe; 0 unless open. */
    openForMs: count,
    /** Since it opened or closed. */
    changedMsAgo: count,
    heardMsAgo: count,
    edgeId: z.string(),
  })),
});

/**
 * One provider: what its breaker says, and what was tried at it. `phase` is null when edges do not
 * tell; `failures` are those that are the provider's own.
 */
export const providerStatusSchema = z.object({
  provider: z.string(),
  phase: z.enum(HEALTH_PHASES).nullable(),
  attempts: count,
  failures: count,
  /** Calls that it served in the end. */
  served: count,
  lastServedAtMs: timeMs.nullable(),
  lastFailedAtMs: timeMs.nullable(),
  /** Of whole attempts that it served. */
  latency: durationsSchema.nullable(),
});

/** Calls that more than one attempt was made for. */
export const fallbackCountsSchema = z.object({
  calls: count,
  /** Of them, those that another attempt served after the failure of one. */
  rescued: count,
  /** Of them, those that nobody served. */
  exhausted: count,
  /** Attempts that were started beside another. */
  hedged: count,
  /** From which provider to which, and why; the most frequent first, 50 at most. */
  paths: z.array(z.object({
    from: z.string(),
    to: z.string(),
    errorClass: z.string(),
    times: count,
  })),
});

/** A moment of the timeseries, `stepMs` long. Calls count where they were placed. */
export const statusMomentSchema = z.object({
  atMs: timeMs,
  requests: count,
  /** Ended otherwise than completed, and not by the client's going away. */
  failed: count,
  fallbacks: count,
  /** Of the whole call; null when none ended. */
  p50Ms: count.nullable(),
  p95Ms: count.nullable(),
});

/**
 * GET /v1/status (filter: `minutes` up to now, 1 to 1,440, 60 unless told): at most 1 s old, and as
 * complete as `position` says. The timeseries has at most 60 moments, those without calls included.
 */
export const gatewayStatusSchema = z.object({
  fromMs: timeMs,
  toMs: timeMs,
  health: healthNewsSchema,
  providers: z.array(providerStatusSchema),
  calls: z.object({ requests: count, open: count, failed: count, simulated: count }),
  fallbacks: fallbackCountsSchema,
  /** Who served the calls that ended; `none` where nobody did. */
  finalProviders: z.array(z.object({ provider: z.string(), requests: count })),
  stepMs: count,
  series: z.array(statusMomentSchema),
});

/** See {@link healthNewsSchema}. */
export type HealthNews = z.output<typeof healthNewsSchema>;
/** See {@link providerStatusSchema}. */
export type ProviderStatus = z.output<typeof providerStatusSchema>;
/** See {@link fallbackCountsSchema}. */
export type FallbackCounts = z.output<typeof fallbackCountsSchema>;
/** See {@link statusMomentSchema}. */
export type StatusMoment = z.output<typeof statusMomentSchema>;
/** See {@link gatewayStatusSchema}. */
export type GatewayStatus = z.output<typeof gatewayStatusSchema>;
