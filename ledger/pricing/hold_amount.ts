/** How much to hold for a call, and how much output an amount carries: exact inverses. @module */
import type { PinnedPricing, Rates } from "../../shared/events/mod.ts";
import {
  INPUT_SIDE,
  OUTPUT_SIDE,
  UNIT_CLASSES,
  type Usage,
  type UsageClass,
} from "../../shared/usage/mod.ts";
import { microKyatOfPicoUsd, microKyatPerPicoUsd } from "./charge.ts";
import { dearestRatePicoUsd, ratePicoUsd } from "./rates.ts";
import { type RateSpan, rateSpans } from "./tiers.ts";

/** What bounds a call besides its output. */
export interface InputBounds {
  /** Upper bound of all input-side tokens together, at least 0. */
  readonly inputTokens: number;
  /** Upper bound of the units that are not tokens; `requests` is 1 when it names none. */
  readonly units?: Usage | undefined;
  /** The classes of tokens that can occur; absent: any. */
  readonly classes?: readonly UsageClass[] | undefined;
}

/** What a call cannot exceed. */
export interface CallBounds extends InputBounds {
  /** Upper bound of all output-side tokens together, at least 0. */
  readonly outputTokens: number;
}

/**
 * The least amount in microkyat that no charge within `bounds` exceeds: over every tier that the
 * input can reach, its tokens at the dearest rate of their side, and all units at their own.
 * Rounding is that of the charge, so that a larger sum never rounds below a smaller one.
 */
export function holdAmountMicroKyat(bounds: CallBounds, pricing: PinnedPricing): bigint {
  let dearest = 0n;
  for (const span of rateSpans(bounds.inputTokens, pricing)) {
    const output = BigInt(bounds.outputTokens) * outputRate(span.rates, bounds);
    const picoUsd = fixedPicoUsd(span, bounds) + output;
    if (picoUsd > dearest) dearest = picoUsd;
  }
  return microKyatOfPicoUsd(dearest, pricing);
}

/**
 * The most output tokens, at most `limit`, for which {@link holdAmountMicroKyat} stays within
 * `amountMicroKyat`; null when the amount does not carry even the rest of the call.
 */
export function outputTokensCarried(
  amountMicroKyat: bigint,
  of: InputBounds & { readonly limit: number },
  pricing: PinnedPricing,
): number | null {
  if (amountMicroKyat < 0n) return null;
  const { numerator, denominator } = microKyatPerPicoUsd(pricing);
  // round_half_up(x / d) ≤ a  ⇔  2x < (2a + 1)d, so the largest integer x is this one.
  const largest = ((2n * amountMicroKyat + 1n) * denominator - 1n) / 2n / numerator;
  let carried = of.limit;
  for (const span of rateSpans(of.inputTokens, pricing)) {
    const left = largest - fixedPicoUsd(span, of);
    if (left < 0n) return null;
    const rate = outputRate(span.rates, of);
    if (rate === 0n || left / rate >= BigInt(carried)) continue;
    // A count of tokens, not money, and below `limit`: exact as a number.
    carried = parseInt((left / rate).toString(), 10);
  }
  return carried;
}

/** Whether any of what `bounds` allow has a rate. */
export function anyPriced(bounds: CallBounds, rates: Rates): boolean {
  const isPriced = (one: UsageClass) => ratePicoUsd(rates, one) !== null;
  return (bounds.inputTokens > 0 && possible(INPUT_SIDE, bounds).some(isPriced)) ||
    (bounds.outputTokens > 0 && possible(OUTPUT_SIDE, bounds).some(isPriced)) ||
    UNIT_CLASSES.some((one) => unitsOf(one, bounds) > 0 && isPriced(one));
}

function fixedPicoUsd({ rates, inputTokens }: RateSpan, bounds: InputBounds): bigint {
  const dearestInput = dearestRatePicoUsd(rates, possible(INPUT_SIDE, bounds));
  let picoUsd = BigInt(inputTokens) * dearestInput;
  for (const unitClass of UNIT_CLASSES) {
    const units = unitsOf(unitClass, bounds);
    if (units !== 0) picoUsd += BigInt(units) * (ratePicoUsd(rates, unitClass) ?? 0n);
  }
  return picoUsd;
}

function outputRate(rates: Rates, bounds: InputBounds): bigint {
  return dearestRatePicoUsd(rates, possible(OUTPUT_SIDE, bounds));
}

function unitsOf(unitClass: UsageClass, { units }: InputBounds): number {
  return units?.[unitClass] ?? (unitClass === "requests" ? 1 : 0);
}

function possible(
  side: readonly UsageClass[],
  { classes }: InputBounds,
): readonly UsageClass[] {
  return classes === undefined ? side : side.filter((one) => classes.includes(one));
}
