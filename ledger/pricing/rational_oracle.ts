/** A second opinion on charges, for tests: plain fractions, rounded at the very end. @module */
import type { PinnedPricing } from "../../shared/events/mod.ts";
import { type Usage, USAGE_CLASSES, type UsageClass } from "../../shared/usage/mod.ts";

type Fraction = readonly [numerator: bigint, denominator: bigint];

const whole = (value: bigint | number): Fraction => [BigInt(value), 1n];
const times = (a: Fraction, b: Fraction): Fraction => [a[0] * b[0], a[1] * b[1]];
const plus = (a: Fraction, b: Fraction): Fraction => [a[0] * b[1] + b[0] * a[1], a[1] * b[1]];

/** The charge for `usage` in microkyat, step by step as the policy says it. */
export function oracleCharge(usage: Usage, pricing: PinnedPricing): bigint {
  const markup: Fraction = plus(whole(1), [BigInt(pricing.markupPartsPerMillion), 1_000_000n]);
  const usdPerPicoUsd: Fraction = [1n, 10n ** 12n];
  const microKyatPerUsd: Fraction = [pricing.fxMicroKyat * 10n ** 9n, pricing.fxNanoUsd];
  let sum: Fraction = whole(0);
  for (const usageClass of USAGE_CLASSES) {
    const usd = times(
      times(whole(usage[usageClass] ?? 0), whole(oracleRate(usageClass, pricing))),
      usdPerPicoUsd,
    );
    sum = plus(sum, times(times(usd, markup), microKyatPerUsd));
  }
  return halfUp(sum);
}

/** The cost of `usage` in nanodollars. */
export function oracleCost(usage: Usage, pricing: PinnedPricing): bigint {
  let picoUsd = 0n;
  for (const one of USAGE_CLASSES) picoUsd += BigInt(usage[one] ?? 0) * oracleRate(one, pricing);
  return halfUp([picoUsd, 1_000n]);
}

function oracleRate(usageClass: UsageClass, { ratesPicoUsdPerUnit: r }: PinnedPricing): bigint {
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
