/** Exact integer arithmetic on money. @module */
import { parseDecimal } from "./decimal.ts";

/** Microkyat in one kyat. */
export const MICRO_KYAT_PER_KYAT = 1_000_000n;

/** An exchange rate as an exact ratio: `microKyat` buys `nanoUsd`; both are positive. */
export interface FxRate {
  readonly microKyat: bigint;
  readonly nanoUsd: bigint;
}

const NANO_USD_PER_USD = 1_000_000_000n;

/**
 * Divides and rounds half up (ties away from zero for a non-negative numerator).
 * Throws RangeError when `numerator` is negative or `denominator` is not positive: a charge never is.
 */
export function divideHalfUp(numerator: bigint, denominator: bigint): bigint {
  if (denominator <= 0n) {
    throw new RangeError(`division needs a positive denominator, got ${denominator}`);
  }
  if (numerator < 0n) {
    throw new RangeError(`rounding needs a numerator of at least 0, got ${numerator}`);
  }
  return (2n * numerator + denominator) / (2n * denominator);
}

/**
 * Reads a quote such as `"4500.25"` (kyat for one dollar, up to six decimals) as an exact ratio.
 * Throws RangeError when the text is not a positive decimal.
 */
export function fxRateFromDecimal(kyatPerUsd: string): FxRate {
  const microKyat = parseDecimal(kyatPerUsd, 6);
  if (microKyat <= 0n) {
    throw new RangeError(`an exchange rate must be above zero, got ${kyatPerUsd}`);
  }
  return { microKyat, nanoUsd: NANO_USD_PER_USD };
}
