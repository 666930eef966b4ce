/** Commands that a proxy sends about one request. None of them carries an amount. @module */
import { z } from "zod";
import {
  callFactsSchema,
  holdBounds,
  idempotencySchema,
  MAXIMUM_ALTERNATIVES,
  RELEASE_REASONS,
  servedBy,
} from "../events/mod.ts";
import { accountIdSchema, identifierSchema, requestIdSchema } from "../ids/mod.ts";
import { evidenceGradeSchema, usageSchema } from "../usage/mod.ts";

const ofRequest = { accountId: accountIdSchema, requestId: requestIdSchema };

/** Body schemas of the edge's commands, by type. */
export const edgeCommandSchemas = {
  PlaceHold: z.object({
    ...ofRequest,
    keyId: identifierSchema,
    edgeId: identifierSchema,
    model: identifierSchema,
    endpoint: identifierSchema,
    /** Never below the true input of the call. */
    inputTokensBound: z.number().int().min(0).max(1_000_000_000),
    /** How often the call may read the model's context window, for tools of the provider's; absent for once. */
    contextReadings: z.number().int().min(1).max(100).optional(),
    /** The client's own limit, 0 for a call without output, or null for the model's. */
    outputTokensRequested: z.number().int().min(0).max(1_000_000_000).nullable(),
    /** Below this many output tokens the call is not worth making; 0 for a call without output. */
    minimumOutputTokens: z.number().int().min(0).max(1_000_000),
    /** How long the hold lives without an extension; 1 s to 1 h. */
    holdTtlMs: z.number().int().min(1_000).max(3_600_000),
    ...holdBounds,
    /** Other models that may serve the call, as of a fallback chain; each must be for sale. */
    alternatives: z.array(identifierSchema).max(MAXIMUM_ALTERNATIVES).optional(),
    idempotency: idempotencySchema.optional(),
  }),
  ExtendHold: z.object({
    ...ofRequest,
    sequence: z.number().int().min(1).max(1_000_000),
    /** New life from the ledger's now; 1 s to 1 h. */
    holdTtlMs: z.number().int().min(1_000).max(3_600_000),
  }),
  ReportUsage: z.object({
    ...ofRequest,
    sequence: z.number().int().min(1).max(1_000_000),
    usage: usageSchema,
    evidence: evidenceGradeSchema,
    ...servedBy,
  }),
  SettleHold: z.object({
    ...ofRequest,
    usage: usageSchema,
    evidence: evidenceGradeSchema,
    call: callFactsSchema,
    ...servedBy,
  }),
  ReleaseHold: z.object({ ...ofRequest, reason: z.enum(RELEASE_REASONS), call: callFactsSchema }),
  /** The writer's own: ends a hold whose time is up. Refused from outside. */
  ExpireHold: z.object(ofRequest),
} as const;
