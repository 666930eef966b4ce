/** Facts about one proxied call that travel with its settlement. @module */
import { z } from "zod";
import { identifierSchema } from "../ids/mod.ts";

/** One try at one upstream target. */
export const attemptSchema = z.object({
  provider: identifierSchema,
  upstreamModel: identifierSchema,
  /** HTTP status of the upstream's answer, or null when none came. */
  status: z.number().int().min(100).max(599).nullable(),
  /** Null when the attempt served the call; else the class of its failure (an error code). */
  errorCode: identifierSchema.nullable(),
  durationMs: z.number().int().min(0),
  /** Names the attempt beside the request's id; unique within the call. */
  attemptId: identifierSchema.optional(),
  /** The model for sale that was tried, where a call may be served by several. */
  model: identifierSchema.optional(),
  /** The class of the failure, such as `rate_limit`. */
  errorClass: identifierSchema.optional(),
  /** Whose key was used, such as `organisation`; absent when the target needs none. */
  keyLevel: identifierSchema.optional(),
  /** Started beside another attempt, to win a race; the loser is never charged. */
  hedged: z.boolean().optional(),
});

/** See {@link attemptSchema}. */
export type Attempt = z.output<typeof attemptSchema>;

/** Why a call went where it went. */
export const routingFactsSchema = z.object({
  /** The name that the client asked for. */
  asked: z.string().max(200),
  router: identifierSchema.nullable(),
  routerVersion: z.number().int().min(1).nullable(),
  strategy: identifierSchema,
  /** One short sentence for each target in the order of trying, and for each that was left out. */
  reasons: z.array(z.string().max(200)).max(32),
});

/** See {@link routingFactsSchema}. */
export type RoutingFacts = z.output<typeof routingFactsSchema>;

/** How the call went, for people and reports; none of it changes the charge. */
export const callFactsSchema = z.object({
  /** The target that served the call, or null when none did. */
  provider: identifierSchema.nullable(),
  upstreamModel: identifierSchema.nullable(),
  attempts: z.array(attemptSchema).max(16),
  streaming: z.boolean(),
  /** HTTP status that the client was sent, or null when it had gone before. */
  clientStatus: z.number().int().min(100).max(599).nullable(),
  /** `completed`, `client_gone`, or the error code that ended the call. */
  outcome: identifierSchema,
  /** Milliseconds to the first body byte from upstream; null when none came. */
  firstByteMs: z.number().int().min(0).nullable(),
  totalMs: z.number().int().min(0),
  simulated: z.boolean(),
  /** How the targets were chosen; absent when the model's name left no choice. */
  routing: routingFactsSchema.optional(),
  /** The provider's own usage object as JSON text, cut where it is longer than 4,000 characters. */
  rawUsage: z.string().max(4_000).optional(),
  /** What the provider says that it charges: evidence for reconciliation, never the price. */
  upstreamCostNanoUsd: z.number().int().min(0).max(1_000_000_000_000_000).optional(),
});

/** See {@link callFactsSchema}. */
export type CallFacts = z.output<typeof callFactsSchema>;

/** The facts of a call of which nothing is known, as at the expiry of its hold. */
export const UNKNOWN_CALL: CallFacts = {
  provider: null,
  upstreamModel: null,
  attempts: [],
  streaming: false,
  clientStatus: null,
  outcome: "unknown",
  firstByteMs: null,
  totalMs: 0,
  simulated: false,
};
