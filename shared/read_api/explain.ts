/** From tokens to kyat: the explanation of one request. @module */
import { z } from "zod";
import { callFactsSchema, HOLD_BILLINGS } from "../events/mod.ts";
import { evidenceGradeSchema, USAGE_CLASSES, usageSchema } from "../usage/mod.ts";
import { eventReferenceSchema } from "./explorer.ts";

const amount = z.string().regex(/^-?\d+$/);
const usageClass = z.enum(USAGE_CLASSES);

/**
 * The steps from usage to a charge, in this order, all exact integers:
 *
 * - `tier`, where the price depends on the length of the call: the tokens of its input side, and the
 *   tier that they exceed; null: none, the base rates hold.
 * - `class`, once for each class used: units × rate = picodollars. `ratedAs` names the class whose
 *   rate applied (its own, or the one that lends it), null when none does and nothing is charged.
 * - `cost`: the sum in picodollars, and the provider's cost in nanodollars, rounded once half up.
 * - `markup`: picodollars × (1,000,000 + parts per million) = attodollars (1e-18 USD), not rounded.
 * - `fx`: attodollars × fxMicroKyat ÷ (1,000,000,000 × fxNanoUsd), as numerator and denominator.
 * - `fee`, of a call with the customer's own key, instead of all those before: picodollars ×
 *   1,000,000 = attodollars, without markup. `fx` and `rounding` follow.
 * - `rounding`: the quotient in whole microkyat and what remains; half or more rounds up.
 */
export const explanationStepSchema = z.discriminatedUnion("kind", [
  z.object({
    kind: z.literal("tier"),
    inputTokens: z.number().int(),
    aboveInputTokens: z.number().int().nullable(),
  }),
  z.object({
    kind: z.literal("fee"),
    feeVersion: z.number().int(),
    picoUsd: amount,
    attoUsd: amount,
  }),
  z.object({
    kind: z.literal("class"),
    usageClass,
    units: z.number().int(),
    ratedAs: usageClass.nullable(),
    ratePicoUsdPerUnit: amount,
    picoUsd: amount,
  }),
  z.object({ kind: z.literal("cost"), picoUsd: amount, costNanoUsd: amount }),
  z.object({
    kind: z.literal("markup"),
    picoUsd: amount,
    markupPartsPerMillion: z.number().int(),
    attoUsd: amount,
  }),
  z.object({
    kind: z.literal("fx"),
    attoUsd: amount,
    fxMicroKyat: amount,
    fxNanoUsd: amount,
    numerator: amount,
    denominator: amount,
  }),
  z.object({
    kind: z.literal("free"),
    /** Hold, charge and cost are 0, because no provider bills such a call. */
    chargeMicroKyat: amount,
  }),
  z.object({
    kind: z.literal("rounding"),
    wholeMicroKyat: amount,
    remainder: amount,
    denominator: amount,
    roundedUp: z.boolean(),
    chargeMicroKyat: amount,
  }),
]);

/**
 * One pricing of the request's usage: at its settlement, at the expiry of its hold, or late. The
 * charge is computed again from usage and pinned terms; `agrees` says whether the ledger recorded
 * just that, cost included.
 */
export const explainedSettlementSchema = z.object({
  position: z.string(),
  basis: z.enum(["final", "expiry", "late"]),
  evidence: evidenceGradeSchema,
  /** The model that served, the price that it was charged at, and whether on the customer's own key. */
  model: z.string(),
  priceVersion: z.number().int(),
  ownKey: z.boolean(),
  usage: usageSchema,
  steps: z.array(explanationStepSchema),
  chargeMicroKyat: amount,
  recordedChargeMicroKyat: amount,
  costNanoUsd: amount,
  recordedCostNanoUsd: amount,
  agrees: z.boolean(),
  /** What an earlier settlement at expiry had charged already; 0 unless `basis` is `late`. */
  alreadyChargedMicroKyat: amount,
  /** Taken from the customer by this settlement: from the hold, or from the wallet beyond it. */
  chargedMicroKyat: amount,
  fromHoldMicroKyat: amount,
  overageMicroKyat: amount,
  /** What the hold did not need and gave back. */
  releasedMicroKyat: amount,
  /** What the wallet could not carry: the platform's loss. */
  unbilledMicroKyat: amount,
});

/**
 * GET /v1/requests/{requestId}/explanation, straight from the log. `settlements` is empty while the
 * call runs, and when its hold was released or expired without usage.
 */
export const explanationSchema = z.object({
  requestId: z.string(),
  accountId: z.string(),
  keyId: z.string(),
  /** The model that served; before the end the one that was held for. `terms` are its own. */
  model: z.string(),
  /** What the client named, such as an alias or `auto`. */
  askedModel: z.string(),
  endpoint: z.string(),
  state: z.enum(["held", "settled", "released", "expired", "late_settled"]),
  placedAtMs: z.number().int(),
  endedAtMs: z.number().int().nullable(),
  terms: z.object({
    priceVersion: z.number().int(),
    markupVersion: z.number().int(),
    markupPartsPerMillion: z.number().int(),
    fxVersion: z.number().int(),
    fxMicroKyat: amount,
    fxNanoUsd: amount,
    ratesPicoUsdPerUnit: z.partialRecord(usageClass, amount),
    tiers: z.array(z.object({
      aboveInputTokens: z.number().int(),
      ratesPicoUsdPerUnit: z.partialRecord(usageClass, amount),
    })).optional(),
  }),
  hold: z.object({
    position: z.string(),
    holdMicroKyat: amount,
    /** The model that it names, and those that could have served instead. */
    model: z.string(),
    alternatives: z.array(z.string()),
    billing: z.enum(HOLD_BILLINGS),
    unitsBound: usageSchema,
    /** The classes that could occur; null: any. */
    classes: z.array(usageClass).nullable(),
    inputTokensBound: z.number().int(),
    outputTokensRequested: z.number().int().nullable(),
    outputTokensGranted: z.number().int(),
  }),
  /** Null unless the hold was released: why, and how much went back. */
  release: z.object({
    position: z.string(),
    reason: z.string(),
    releasedMicroKyat: amount,
  }).nullable(),
  settlements: z.array(explainedSettlementSchema),
  /** All settlements together. */
  chargedMicroKyat: amount,
  unbilledMicroKyat: amount,
  costNanoUsd: amount,
  /** Whether every amount that the ledger recorded is what the steps lead to. */
  agrees: z.boolean(),
  /** How the call went: each attempt with provider, status, error and duration. */
  call: callFactsSchema.nullable(),
  /** The events of this request in their order, at most 100. */
  events: z.array(eventReferenceSchema),
});

/** See {@link explanationStepSchema}. */
export type ExplanationStep = z.output<typeof explanationStepSchema>;
/** See {@link explainedSettlementSchema}. */
export type ExplainedSettlement = z.output<typeof explainedSettlementSchema>;
/** See {@link explanationSchema}. */
export type Explanation = z.output<typeof explanationSchema>;
