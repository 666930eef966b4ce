/** What usage costs: exact integers, one division and so one rounding per amount. @module */
import type { PinnedPricing } from "../../shared/events/mod.ts";
import { divideHalfUp } from "../../shared/money/mod.ts";
import { type Usage, USAGE_CLASSES } from "../../shared/usage/mod.ts";
import { ratePicoUsd } from "./rates.ts";
import { inputSideTokens, ratesAt } from "./tiers.ts";

const PICO_USD_PER_NANO_USD = 1_000n;
const PARTS_PER_MILLION = 1_000_000n;

/**
 * The price of `usage` in microkyat under pinned terms:
 * Σ units × rate (pico-USD) × (1 + markup) × FX, rounded once, half up. The rates are those of the
 * tier that the call's own input reaches. A class without a rate and without a fallback adds
 * nothing.
 */
export function chargeMicroKyat(usage: Usage, pricing: PinnedPricing): bigint {
  return microKyatOfPicoUsd(picoUsdOfUsage(usage, pricing), pricing);
}

/** What `usage` costs at the provider in nanodollars: no markup, rounded once, half up. */
export function costNanoUsd(usage: Usage, pricing: PinnedPricing): bigint {
  return divideHalfUp(picoUsdOfUsage(usage, pricing), PICO_USD_PER_NANO_USD);
}

/** Provider cost in picodollars as a price in microkyat, rounded once, half up. */
export function microKyatOfPicoUsd(picoUsd: bigint, pricing: PinnedPricing): bigint {
  const { numerator, denominator } = microKyatPerPicoUsd(pricing);
  return divideHalfUp(picoUsd * numerator, denominator);
}

/** Our fee for a call with the customer's own key in microkyat: no markup, rounded once, half up. */
export function ownKeyFeeMicroKyat(
  fee: { readonly picoUsdPerRequest: bigint },
  { fxMicroKyat, fxNanoUsd }: Pick<PinnedPricing, "fxMicroKyat" | "fxNanoUsd">,
): bigint {
  return divideHalfUp(fee.picoUsdPerRequest * fxMicroKyat, PICO_USD_PER_NANO_USD * fxNanoUsd);
}

/** The pinned markup and FX as one exact ratio from picodollars to microkyat. */
export function microKyatPerPicoUsd(
  pricing: PinnedPricing,
): { readonly numerator: bigint; readonly denominator: bigint } {
  return {
    numerator: (PARTS_PER_MILLION + BigInt(pricing.markupPartsPerMillion)) * pricing.fxMicroKyat,
    denominator: PARTS_PER_MILLION * PICO_USD_PER_NANO_USD * pricing.fxNanoUsd,
  };
}

function picoUsdOfUsage(usage: Usage, pricing: PinnedPricing): bigint {
  const rates = pricing.tiers === undefined
    ? pricing.ratesPicoUsdPerUnit
    : ratesAt(inputSideTokens(usage), pricing);
  let picoUsd = 0n;
  for (const usageClass of USAGE_CLASSES) {
    const units = usage[usageClass];
    if (units === undefined || units === 0) continue;
    picoUsd += BigInt(units) * (ratePicoUsd(rates, usageClass) ?? 0n);
  }
  return picoUsd;
}
