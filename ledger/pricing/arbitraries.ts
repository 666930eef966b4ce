/** Prices and usage for properties about money. @module */
import fc from "fast-check";
import type { PinnedPricing, Rates, Tiers } from "../../shared/events/mod.ts";
import { type Usage, USAGE_CLASSES } from "../../shared/usage/mod.ts";

/** Pinned terms at 1,000 kyat a dollar without markup: a picodollar is 1e-3 microkyat. */
export function terms(rates: Rates, more: Partial<PinnedPricing> = {}): PinnedPricing {
  return {
    priceVersion: 1,
    ratesPicoUsdPerUnit: rates,
    markupVersion: 1,
    markupPartsPerMillion: 0,
    fxVersion: 1,
    fxMicroKyat: 1_000_000_000n,
    fxNanoUsd: 1_000_000_000n,
    ...more,
  };
}

const rate = fc.bigInt(0n, 200_000_000n);
const anyRates: fc.Arbitrary<Rates> = fc.record(
  Object.fromEntries(USAGE_CLASSES.map((one) => [one, rate])),
  { requiredKeys: [] },
);

/** Tiers by length, cheaper or dearer than the base; most prices have none. */
export const anyTiers: fc.Arbitrary<Tiers | undefined> = fc.oneof(
  fc.constant(undefined),
  fc.uniqueArray(
    fc.record({
      aboveInputTokens: fc.integer({ min: 1, max: 250_000 }),
      ratesPicoUsdPerUnit: anyRates,
    }),
    { maxLength: 8, selector: ({ aboveInputTokens }) => aboveInputTokens },
  ).map((tiers) => tiers.sort((a, b) => a.aboveInputTokens - b.aboveInputTokens)),
);

/** Any terms, with tiers or without. */
export const anyTerms: fc.Arbitrary<PinnedPricing> = fc.record({
  rates: anyRates,
  markup: fc.integer({ min: 0, max: 10_000_000 }),
  fxMicroKyat: fc.bigInt(1n, 10_000_000_000n),
  fxNanoUsd: fc.bigInt(1n, 2_000_000_000n),
  tiers: anyTiers,
}).map(({ rates, markup, fxMicroKyat, fxNanoUsd, tiers }) =>
  terms(rates, {
    markupPartsPerMillion: markup,
    fxMicroKyat,
    fxNanoUsd,
    ...(tiers === undefined ? {} : { tiers }),
  })
);

const units = fc.integer({ min: 0, max: 2_000_000 });

/** Usage of any classes. */
export const anyUsage: fc.Arbitrary<Usage> = fc.record(
  Object.fromEntries(USAGE_CLASSES.map((one) => [one, units])),
  { requiredKeys: [] },
);
