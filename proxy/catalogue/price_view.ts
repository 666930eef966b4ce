/**
 * Prices for people to read: dollars as the provider asks them, and kyat with markup as a customer
 * pays them. For display only; what a call costs is the ledger's to say.
 *
 * @module
 */
import type { EdgeModel, EdgeTerms } from "../../shared/edge_config/mod.ts";
import type { Rates } from "../../shared/events/mod.ts";
import type { JsonObject } from "../../shared/json.ts";
import { divideHalfUp, formatDecimal } from "../../shared/money/mod.ts";
import { USAGE_CLASSES } from "../../shared/usage/mod.ts";

const UNITS = 1_000_000n;
const PARTS_PER_MILLION = 1_000_000n;
const PICO_USD_PER_NANO_USD = 1_000n;

/**
 * A model's prices by usage class, as decimal strings for a million units each: tokens, or
 * characters, seconds, images, requests, searches. `mmk_per_million` is null until markup and
 * exchange rate are known; it is rounded half up to a microkyat.
 */
export function priceView(
  { ratesPicoUsdPerUnit, tiers = [] }: Pick<EdgeModel, "ratesPicoUsdPerUnit" | "tiers">,
  terms: EdgeTerms | null,
): JsonObject {
  return {
    ...ratesView(ratesPicoUsdPerUnit, terms),
    tiers: tiers.map((tier) => ({
      above_input_tokens: tier.aboveInputTokens,
      // What a tier does not name costs what it costs without it.
      ...ratesView({ ...ratesPicoUsdPerUnit, ...tier.ratesPicoUsdPerUnit }, terms),
    })),
  };
}

function ratesView(rates: Rates, terms: EdgeTerms | null): JsonObject {
  const usd: Record<string, string> = {};
  const mmk: Record<string, string> = {};
  const ratio = kyatRatio(terms);
  for (const usageClass of USAGE_CLASSES) {
    const rate = rates[usageClass];
    if (rate === undefined) continue;
    // A million units at a rate in picodollars cost as many microdollars.
    usd[usageClass] = formatDecimal(rate, 6);
    if (ratio === null) continue;
    const microKyat = divideHalfUp(rate * UNITS * ratio.numerator, ratio.denominator);
    mmk[usageClass] = formatDecimal(microKyat, 6);
  }
  return { usd_per_million: usd, mmk_per_million: ratio === null ? null : mmk };
}

/** Markup and exchange rate as one exact ratio from picodollars to microkyat; null: not known. */
function kyatRatio(
  terms: EdgeTerms | null,
): { readonly numerator: bigint; readonly denominator: bigint } | null {
  if (terms === null || terms.markupPartsPerMillion === null || terms.fx === null) return null;
  const { markupPartsPerMillion, fx } = terms;
  return {
    numerator: (PARTS_PER_MILLION + BigInt(markupPartsPerMillion)) * fx.microKyat,
    denominator: PARTS_PER_MILLION * PICO_USD_PER_NANO_USD * fx.nanoUsd,
  };
}
