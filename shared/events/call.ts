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
});

/** See {@link attemptSchema}. */
export type Attempt = z.output<typeof attemptSchema>;

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
