/** Events of an account: wallet, keys, budgets and holds. @module */
import { z } from "zod";
import { accountIdSchema, identifierSchema, labelSchema, requestIdSchema } from "../ids/mod.ts";
import { microKyatSchema, signedAmountSchema } from "../money/mod.ts";
import { evidenceGradeSchema, unitsBoundSchema, USAGE_CLASSES, usageSchema } from "../usage/mod.ts";
import { callFactsSchema } from "./call.ts";
import { ownKeyFeeSetSchema, pinnedPricingSchema } from "./pricing.ts";

const ofAccount = { accountId: accountIdSchema };
const ofRequest = { ...ofAccount, requestId: requestIdSchema };
const daySchema = z.string().regex(/^\d{4}-\d{2}-\d{2}$/);
const timeMs = z.number().int().min(0);

/**
 * How often a budget starts again; days and months are those of Asia/Yangon (UTC+06:30), weeks begin
 * there on Monday.
 */
export const BUDGET_PERIODS = ["day", "week", "month", "total"] as const;

/** Who in an account a key belongs to, for budgets; absent: to nobody in particular. */
export const keyOwners = {
  teamId: identifierSchema.optional(),
  userId: identifierSchema.optional(),
} as const;

const sha256Schema = z.string().regex(/^[0-9a-f]{64}$/);

/**
 * What tells a call from its repetitions: the hash of the key that the client chose, unique within
 * the account for 24 hours, and that of what it asked for.
 */
export const idempotencySchema = z.object({ keyHash: sha256Schema, bodyHash: sha256Schema });

/**
 * What a hold covers: the tokens of a call with our provider key, our fee for a call with the
 * customer's own, whichever of the two it becomes, or nothing, because no provider bills such a call:
 * its usage is recorded, and hold, charge and cost are 0.
 */
export const HOLD_BILLINGS = ["tokens", "own_key", "either", "free"] as const;

/** One of {@link HOLD_BILLINGS}. */
export type HoldBilling = (typeof HOLD_BILLINGS)[number];

/** Who served a call, and on whose account. */
export const servedBy = {
  /** The model that served; absent: the hold's own, which has no alternatives then. */
  model: identifierSchema.optional(),
  /** True when the customer's own provider key paid: the charge is the pinned fee; absent: no. */
  ownKey: z.boolean().optional(),
} as const;

/** Bounds and terms of a hold that not every call has; one shape in the command and the event. */
export const holdBounds = {
  /** Most units of the classes that are not tokens; one request is counted when it names none. */
  unitsBound: unitsBoundSchema.optional(),
  /**
   * The classes that can occur in the call, absent: any. Tokens are held at the dearest rate among
   * these; usage of another class is charged all the same.
   */
  classes: z.array(z.enum(USAGE_CLASSES)).max(USAGE_CLASSES.length).optional(),
  /** What the client named, such as an alias or `auto`; absent when it is the model. */
  askedModel: identifierSchema.optional(),
  /** See {@link HOLD_BILLINGS}; absent: `tokens`. */
  billing: z.enum(HOLD_BILLINGS).optional(),
} as const;

/** Most models that may serve a call instead of the one that its hold names. */
export const MAXIMUM_ALTERNATIVES = 15;

/** Why a hold ended without a charge. */
export const RELEASE_REASONS = ["upstream_not_called", "upstream_failed", "unsupported"] as const;

/** The payload schema of each account event, by type. */
export const accountEventSchemas = {
  AccountOpened: z.object({ ...ofAccount, name: labelSchema, currency: z.literal("MMK") }),
  CreditGranted: z.object({
    ...ofAccount,
    amountMicroKyat: microKyatSchema,
    source: z.enum(["manual_payment", "promotion"]),
    reference: labelSchema,
  }),
  /** A signed correction: positive raises the wallet, negative lowers it. */
  AdjustmentPosted: z.object({
    ...ofAccount,
    amountMicroKyat: signedAmountSchema,
    reason: labelSchema,
  }),
  /**
   * Gives back what was charged too much, such as after a re-rating; the platform's revenue falls by
   * as much. `reference` names what it is for, and an account has one note for each. `fromDay` and
   * `toDay` are the days of Asia/Yangon that it is about, or null.
   */
  CreditNoteIssued: z.object({
    ...ofAccount,
    reference: identifierSchema,
    amountMicroKyat: microKyatSchema,
    fromDay: daySchema.nullable(),
    toDay: daySchema.nullable(),
    reason: labelSchema,
  }),
  KeyIssued: z.object({
    ...ofAccount,
    keyId: identifierSchema,
    keyHash: z.string().regex(/^[0-9a-f]{64}$/),
    /** The few characters that may be shown again. */
    prefix: z.string().max(32),
    label: labelSchema,
    expiresAtMs: timeMs.nullable(),
    ...keyOwners,
  }),
  KeyRevoked: z.object({ ...ofAccount, keyId: identifierSchema, reason: labelSchema }),
  /**
   * The budget of a key, of a team, of a user, or, when none of them is named, of the whole account.
   * `limitMicroKyat` null: no limit any more.
   */
  BudgetSet: z.object({
    ...ofAccount,
    keyId: identifierSchema.nullable(),
    ...keyOwners,
    period: z.enum(BUDGET_PERIODS),
    limitMicroKyat: microKyatSchema.nullable(),
  }),
  HoldPlaced: z.object({
    ...ofRequest,
    keyId: identifierSchema,
    edgeId: identifierSchema,
    model: identifierSchema,
    endpoint: identifierSchema,
    amountMicroKyat: microKyatSchema,
    inputTokensBound: z.number().int().min(0),
    /** What the client asked for, or null when it named no limit. */
    outputTokensRequested: z.number().int().min(0).nullable(),
    /** The limit that goes upstream: no more than the wallet can carry. */
    outputTokensGranted: z.number().int().min(0),
    pricing: pinnedPricingSchema,
    expiresAtMs: timeMs,
    ...holdBounds,
    /** Other models that may serve the call, each at its own terms. */
    alternatives: z.array(z.object({ model: identifierSchema, pricing: pinnedPricingSchema }))
      .max(MAXIMUM_ALTERNATIVES).optional(),
    /** The fee of a call with the customer's own key, where `billing` allows for one. */
    ownKeyFee: ownKeyFeeSetSchema.optional(),
    idempotency: idempotencySchema.optional(),
  }),
  HoldExtended: z.object({ ...ofRequest, sequence: z.number().int().min(1), expiresAtMs: timeMs }),
  /** Progress of a call that still runs; `usage` is cumulative. */
  UsageReported: z.object({
    ...ofRequest,
    sequence: z.number().int().min(1),
    usage: usageSchema,
    evidence: evidenceGradeSchema,
    ...servedBy,
  }),
  /**
   * The end of a hold by a charge. charge = charged + unbilled; charged ≤ hold + overage;
   * released = hold − (charged − overage). `basis` says whether the final report or, at expiry,
   * the last progress report was priced.
   */
  HoldSettled: z.object({
    ...ofRequest,
    basis: z.enum(["final", "expiry"]),
    holdMicroKyat: microKyatSchema,
    usage: usageSchema,
    evidence: evidenceGradeSchema,
    chargeMicroKyat: microKyatSchema,
    chargedMicroKyat: microKyatSchema,
    /** The part of `chargedMicroKyat` that came from the wallet beyond the hold. */
    overageMicroKyat: microKyatSchema,
    releasedMicroKyat: microKyatSchema,
    /** What the wallet could not carry: the platform's loss. */
    unbilledMicroKyat: microKyatSchema,
    /** Σ units × provider rate, without markup, rounded half up. */
    costNanoUsd: microKyatSchema,
    call: callFactsSchema,
    ...servedBy,
  }),
  HoldReleased: z.object({
    ...ofRequest,
    amountMicroKyat: microKyatSchema,
    reason: z.enum(RELEASE_REASONS),
    call: callFactsSchema,
  }),
  HoldExpired: z.object({ ...ofRequest, amountMicroKyat: microKyatSchema }),
  /** Usage that arrived after its hold had expired; at most once per request. */
  LateUsageSettled: z.object({
    ...ofRequest,
    usage: usageSchema,
    evidence: evidenceGradeSchema,
    chargeMicroKyat: microKyatSchema,
    /** What the settlement at expiry had charged already. */
    alreadyChargedMicroKyat: microKyatSchema,
    /** Taken from the wallet now. */
    chargedMicroKyat: microKyatSchema,
    unbilledMicroKyat: microKyatSchema,
    /** Upstream cost beyond what the settlement at expiry had booked. */
    costNanoUsd: microKyatSchema,
    call: callFactsSchema,
    ...servedBy,
  }),
} as const;
