/** Results inside replies, queries, and the notice of a settlement. @module */
import { z } from "zod";
import { callFactsSchema, compileParser, HOLD_BILLINGS } from "../events/mod.ts";
import { accountIdSchema, identifierSchema, requestIdSchema } from "../ids/mod.ts";
import { rateLimitSchema } from "../limits/mod.ts";
import { microKyatSchema } from "../money/mod.ts";
import { evidenceGradeSchema, usageSchema } from "../usage/mod.ts";

const kyat = microKyatSchema;

/** The result of PlaceHold. */
export const holdGrantSchema = z.object({
  requestId: requestIdSchema,
  holdMicroKyat: kyat,
  outputTokensGranted: z.number().int().min(0),
  expiresAtMs: z.number().int(),
  availableMicroKyat: kyat,
  /** The plan in force, the key's before the account's; absent: none. */
  planId: identifierSchema.optional(),
  /** Each limit that applies, as it stands after this hold; absent: nothing is limited. */
  rateLimits: z.array(rateLimitSchema).max(8).optional(),
});

/** Parses as {@link holdGrantSchema} does, faster. */
export const parseHoldGrant = compileParser(holdGrantSchema);

/** See {@link holdGrantSchema}. */
export type HoldGrant = z.output<typeof holdGrantSchema>;

/** The result of SettleHold, ReleaseHold and ExpireHold; the amounts are those of the whole call. */
export const settlementResultSchema = z.object({
  requestId: requestIdSchema,
  state: z.enum(["settled", "released", "expired", "late_settled"]),
  chargedMicroKyat: kyat,
  unbilledMicroKyat: kyat,
  availableMicroKyat: kyat,
});

/** Parses as {@link settlementResultSchema} does, faster. */
export const parseSettlementResult = compileParser(settlementResultSchema);

/** See {@link settlementResultSchema}. */
export type SettlementResult = z.output<typeof settlementResultSchema>;

/**
 * What the ledger tells an edge after it committed a METER message; `reply` is a CommandReply.
 * Sent at most once on `sargalay.edge.<edgeId>.settled`; the edge republishes when it hears nothing.
 */
export const settledNoticeSchema = z.object({
  operationId: z.string(),
  reply: z.record(z.string(), z.json()),
});

/** See {@link settledNoticeSchema}. */
export type SettledNotice = z.output<typeof settledNoticeSchema>;

/** One limit of an account or a key, as it stands now. */
export const limitStandingSchema = rateLimitSchema.extend({
  used: z.number().int().min(0),
});

/** See {@link limitStandingSchema}. */
export type LimitStanding = z.output<typeof limitStandingSchema>;

/** The answer to GetLimits: who has a plan, and how much of it is used; null: no such account. */
export const limitsViewSchema = z.object({
  accountId: accountIdSchema,
  position: z.string(),
  /** The account first, then its keys. */
  plans: z.array(z.object({
    /** Null: the whole account. */
    keyId: identifierSchema.nullable(),
    planId: identifierSchema,
    planVersion: z.number().int(),
    limits: z.array(limitStandingSchema),
  })),
});

/** See {@link limitsViewSchema}. */
export type LimitsView = z.output<typeof limitsViewSchema>;

/** Questions that a proxy asks the ledger on `sargalay.<shard>.query`. */
export const ledgerQuerySchema = z.discriminatedUnion("type", [
  z.object({ type: z.literal("GetBalance"), accountId: accountIdSchema }),
  z.object({ type: z.literal("GetLimits"), accountId: accountIdSchema }),
  z.object({
    type: z.literal("GetReceipt"),
    accountId: accountIdSchema,
    requestId: requestIdSchema,
  }),
]);

/** See {@link ledgerQuerySchema}. */
export type LedgerQuery = z.output<typeof ledgerQuerySchema>;

/** The answer to GetBalance; null when the account does not exist. */
export const balanceViewSchema = z.object({
  accountId: accountIdSchema,
  currency: z.literal("MMK"),
  /** Σ grants and adjustments. */
  creditedMicroKyat: z.string().regex(/^-?\d+$/),
  settledMicroKyat: kyat,
  heldMicroKyat: kyat,
  availableMicroKyat: kyat,
  openHolds: z.number().int().min(0),
  position: z.string(),
});

/** See {@link balanceViewSchema}. */
export type BalanceView = z.output<typeof balanceViewSchema>;

/** The answer to GetReceipt; null when this account has no such request. */
export const receiptViewSchema = z.object({
  requestId: requestIdSchema,
  accountId: accountIdSchema,
  keyId: identifierSchema,
  /** The model that served; before the end the one that was held for. */
  model: identifierSchema,
  /** What the client named, such as an alias; null when it is `model`. */
  askedModel: identifierSchema.nullable().default(null),
  state: z.enum(["held", "settled", "released", "expired", "late_settled"]),
  holdMicroKyat: kyat,
  chargedMicroKyat: kyat,
  unbilledMicroKyat: kyat,
  usage: usageSchema.nullable(),
  evidence: evidenceGradeSchema.nullable(),
  /** Pinned terms of `model`: rates in picodollars per unit, tiers, markup, the FX ratio. */
  pricing: z.record(z.string(), z.json()),
  /** The pinned fee when the customer's own provider key served: it was charged, not the usage. */
  ownKeyFee: z.record(z.string(), z.json()).nullable().default(null),
  /** What was held for; `free`: no provider bills the call, and its usage was not charged. */
  billing: z.enum(HOLD_BILLINGS).default("tokens"),
  call: callFactsSchema.nullable(),
  placedAtMs: z.number().int(),
  endedAtMs: z.number().int().nullable(),
  /** Positions of this request's events in the log. */
  positions: z.array(z.string()).max(10_000),
  /** A `sargalay.receipt.v1` of the hold and of each end; null while no checkpoint covers them. */
  proofs: z.array(z.record(z.string(), z.json())).max(4).nullable().default(null),
  /** Whether proofs are to come, with the next checkpoint. */
  proofPending: z.boolean().default(false),
});

/** See {@link receiptViewSchema}. */
export type ReceiptView = z.output<typeof receiptViewSchema>;
