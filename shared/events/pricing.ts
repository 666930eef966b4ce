/** Events of the price book: what a model costs, our markup, and the exchange rate. @module */
import { z } from "zod";
import { identifierSchema, labelSchema } from "../ids/mod.ts";
import { microKyatSchema } from "../money/mod.ts";
import { MODEL_KINDS, MODEL_MODALITIES } from "../models/mod.ts";
import { USAGE_CLASSES } from "../usage/mod.ts";

/** Provider rates in picodollars per unit, by usage class; a class without a rate can't be sold. */
export const ratesSchema = z.partialRecord(z.enum(USAGE_CLASSES), microKyatSchema);

/** See {@link ratesSchema}. */
export type Rates = z.output<typeof ratesSchema>;

/**
 * Rates for long calls, by how long, ascending, at most 8. A call whose input-side tokens exceed
 * `aboveInputTokens` is priced by the tier as a whole, its output as well; of several the highest
 * counts, and a class without a rate in it keeps its base rate.
 */
export const tiersSchema = z.array(z.object({
  aboveInputTokens: z.number().int().min(1).max(1_000_000_000),
  ratesPicoUsdPerUnit: ratesSchema,
})).max(8).refine(
  (tiers) =>
    tiers.every((one, at) => one.aboveInputTokens > (tiers[at - 1]?.aboveInputTokens ?? 0)),
  "expected tiers of ascending aboveInputTokens",
);

/** See {@link tiersSchema}. */
export type Tiers = z.output<typeof tiersSchema>;

const dateSchema = z.string().regex(/^\d{4}-\d{2}-\d{2}$/, "expected YYYY-MM-DD");

/** What a price may say besides its rates and limits; absent: not known. */
export const priceDetails = {
  kind: z.enum(MODEL_KINDS).optional(),
  tiers: tiersSchema.optional(),
  inputModalities: z.array(z.enum(MODEL_MODALITIES)).max(8).optional(),
  outputModalities: z.array(z.enum(MODEL_MODALITIES)).max(8).optional(),
  /** Such as `tools`, `reasoning`, `json_schema`, `vision`, `streaming`, `caching`, `web_search`. */
  capabilities: z.array(identifierSchema).max(32).optional(),
  /** The day from which its maker advises against it, or null. */
  deprecatedOn: dateSchema.nullable().optional(),
  /** The day from which its maker no longer serves it, or null. */
  retiredOn: dateSchema.nullable().optional(),
  /** The providers that serve it. */
  providers: z.array(identifierSchema).max(32).optional(),
} as const;

/** A model's price, numbered per model from 1. */
export const pricePublishedSchema = z.object({
  model: identifierSchema,
  priceVersion: z.number().int().min(1),
  displayName: labelSchema,
  /** Who made the model, such as `openai`. */
  ownedBy: identifierSchema,
  ratesPicoUsdPerUnit: ratesSchema,
  /** Most input tokens that one request may carry. */
  contextWindowTokens: z.number().int().min(1),
  /** Most output tokens that one request may produce. */
  maxOutputTokens: z.number().int().min(1),
  /** Where the price comes from, such as `litellm 2026-08-01 (MIT)`. */
  source: labelSchema,
  ...priceDetails,
});

/** The model is no longer for sale, until a price is published again; its calls end as they began. */
export const priceWithdrawnSchema = z.object({
  model: identifierSchema,
  /** The price that ends. */
  priceVersion: z.number().int().min(1),
  reason: labelSchema,
});

/**
 * Our fee from now on for a call that the customer's own provider key pays for; numbered from 1. No
 * markup comes on top.
 */
export const ownKeyFeeSetSchema = z.object({
  feeVersion: z.number().int().min(1),
  picoUsdPerRequest: microKyatSchema,
});

/** The markup on every provider price from now on, in parts per million: 50,000 is 5 %. */
export const markupSetSchema = z.object({
  markupVersion: z.number().int().min(1),
  markupPartsPerMillion: z.number().int().min(0).max(10_000_000),
});

/** The rate at which dollars become kyat from now on, as an exact ratio. */
export const fxRateSetSchema = z.object({
  fxVersion: z.number().int().min(1),
  microKyat: microKyatSchema,
  nanoUsd: microKyatSchema,
  source: labelSchema,
});

/** Everything that a later charge needs, frozen when the hold was placed. */
export const pinnedPricingSchema = z.object({
  priceVersion: z.number().int().min(1),
  ratesPicoUsdPerUnit: ratesSchema,
  markupVersion: z.number().int().min(1),
  markupPartsPerMillion: z.number().int().min(0),
  fxVersion: z.number().int().min(1),
  fxMicroKyat: microKyatSchema,
  fxNanoUsd: microKyatSchema,
  tiers: tiersSchema.optional(),
});

/** See {@link pinnedPricingSchema}. */
export type PinnedPricing = z.output<typeof pinnedPricingSchema>;
