/** How much to hold for a call, and how much output an amount carries: exact inverses. @module */
import type { PinnedPricing } from "../../shared/events/mod.ts";
import { microKyatOfPicoUsd, microKyatPerPicoUsd } from "./charge.ts";
import { dearestRatePicoUsd, INPUT_SIDE, OUTPUT_SIDE, ratePicoUsd } from "./rates.ts";

/** The tokens that a call cannot exceed. */
export interface TokenBounds {
  /** Upper bound of all input-side tokens together, at least 0. */
  readonly inputTokens: number;
  /** Upper bound of all output-side tokens together, at least 0. */
  readonly outputTokens: number;
}

/**
 * The amount in microkyat that no charge within `bounds` exceeds: every input token at the dearest
 * rate of its side, every output token likewise, and the fee of one request where there is one.
 * Rounding is that of the charge, so that a larger sum never rounds below a smaller one.
 */
export function holdAmountMicroKyat(bounds: TokenBounds, pricing: PinnedPricing): bigint {
  const rates = pricing.ratesPicoUsdPerUnit;
  const output = BigInt(bounds.outputTokens) * dearestRatePicoUsd(rates, OUTPUT_SIDE);
  return microKyatOfPicoUsd(fixedPicoUsd(bounds.inputTokens, pricing) + output, pricing);
}

/**
 * The most output tokens, at most `limit`, for which {@link holdAmountMicroKyat} stays within
 * `amountMicroKyat`; null when the amount does not carry even the input.
 */
export function outputTokensCarried(
  amountMicroKyat: bigint,
  of: { readonly inputTokens: number; readonly limit: number },
  pricing: PinnedPricing,
): number | null {
  const { numerator, denominator } = microKyatPerPicoUsd(pricing);
  // round_half_up(x / d) ≤ a  ⇔  2x < (2a + 1)d, so the largest integer x is this one.
  const largest = ((2n * amountMicroKyat + 1n) * denominator - 1n) / 2n;
  const left = largest / numerator - fixedPicoUsd(of.inputTokens, pricing);
  if (amountMicroKyat < 0n || left < 0n) return null;
  const rate = dearestRatePicoUsd(pricing.ratesPicoUsdPerUnit, OUTPUT_SIDE);
  if (rate === 0n || left / rate >= BigInt(of.limit)) return of.limit;
  // A count of tokens, not money, and below `limit`: exact as a number.
  return parseInt((left / rate).toString(), 10);
}

function fixedPicoUsd(inputTokens: number, pricing: PinnedPricing): bigint {
  const rates = pricing.ratesPicoUsdPerUnit;
  const requestFee = ratePicoUsd(rates, "requests") ?? 0n;
  return BigInt(inputTokens) * dearestRatePicoUsd(rates, INPUT_SIDE) + requestFee;
}
