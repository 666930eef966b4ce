/** A second opinion on charges, for tests: plain fractions, rounded at the very end. @module */
import type { PinnedPricing, Rates } from "../../shared/events/mod.ts";
import { type Usage, USAGE_CLASSES, type UsageClass } from "../../shared/usage/mod.ts";

type Fraction = readonly [numerator: bigint, denominator: bigint];

const whole = (value: bigint | number): Fraction => [BigInt(value), 1n];
const times = (a: Fraction, b: Fraction): Fraction => [a[0] * b[0], a[1] * b[1]];
const plus = (a: Fraction, b: Fraction): Fraction => [a[0] * b[1] + b[0] * a[1], a[1] * b[1]];

/** The charge for `usage` in microkyat, step by step as the policy says it. */
export function oracleCharge(usage: Usage, pricing: PinnedPricing): bigint {
  const markup: Fraction = plus(whole(1), [BigInt(pricing.markupPartsPerMillion), 1_000_000n]);
  const rates = oracleRates(usage, pricing);
  let sum: Fraction = whole(0);
  for (const usageClass of USAGE_CLASSES) {
    const usd = times(
      times(whole(usage[usageClass] ?? 0), whole(oracleRate(usageClass, rates))),
      USD_PER_PICO_USD,
    );
    sum = plus(sum, times(times(usd, markup), microKyatPerUsd(pricing)));
  }
  return halfUp(sum);
}

/** The fee of a call with the customer's own key in microkyat. */
export function oracleFee(picoUsd: bigint, pricing: PinnedPricing): bigint {
  return halfUp(times(times(whole(picoUsd), USD_PER_PICO_USD), microKyatPerUsd(pricing)));
}

/** The cost of `usage` in nanodollars. */
export function oracleCost(usage: Usage, pricing: PinnedPricing): bigint {
  const rates = oracleRates(usage, pricing);
  let picoUsd = 0n;
  for (const one of USAGE_CLASSES) picoUsd += BigInt(usage[one] ?? 0) * oracleRate(one, rates);
  return halfUp([picoUsd, 1_000n]);
}

const USD_PER_PICO_USD: Fraction = [1n, 10n ** 12n];

function microKyatPerUsd({ fxMicroKyat, fxNanoUsd }: PinnedPricing): Fraction {
  return [fxMicroKyat * 10n ** 9n, fxNanoUsd];
}

function oracleRates(usage: Usage, { ratesPicoUsdPerUnit, tiers = [] }: PinnedPricing): Rates {
  const { input = 0, cached_input = 0, cache_write_5m = 0, cache_write_1h = 0 } = usage;
  const { audio_input = 0, image_input = 0 } = usage;
  const long = input + cached_input + cache_write_5m + cache_write_1h + audio_input + image_input;
  let rates = ratesPicoUsdPerUnit;
  for (const tier of tiers) {
    if (long > tier.aboveInputTokens) {
      rates = { ...ratesPicoUsdPerUnit, ...tier.ratesPicoUsdPerUnit };
    }
  }
  return rates;
}

function oracleRate(usageClass: UsageClass, r: Rates): bigint {
  switch (usageClass) {
    case "cached_input":
    case "cache_write_5m":
    case "audio_input":
    case "image_input":
      return r[usageClass] ?? r.input ?? 0n;
    case "cache_write_1h":
      return r.cache_write_1h ?? r.cache_write_5m ?? r.input ?? 0n;
    case "reasoning":
    case "audio_output":
    case "image_output":
      return r[usageClass] ?? r.output ?? 0n;
    default:
      return r[usageClass] ?? 0n;
  }
}

function halfUp([numerator, denominator]: Fraction): bigint {
  const quotient = numerator / denominator;
  const remainder = numerator % denominator;
  return remainder * 2n >= denominator ? quotient + 1n : quotient;
}
