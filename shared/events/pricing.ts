/** Events of the price book: what a model costs, our markup, and the exchange rate. @module */
import { z } from "zod";
import { identifierSchema, labelSchema } from "../ids/mod.ts";
import { microKyatSchema } from "../money/mod.ts";
import { USAGE_CLASSES } from "../usage/mod.ts";

/** Provider rates in picodollars per unit, by usage class; a class without a rate can't be sold. */
export const ratesSchema = z.partialRecord(z.enum(USAGE_CLASSES), microKyatSchema);

/** See {@link ratesSchema}. */
export type Rates = z.output<typeof ratesSchema>;

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
});

/** See {@link pinnedPricingSchema}. */
export type PinnedPricing = z.output<typeof pinnedPricingSchema>;
