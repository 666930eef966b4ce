/** Amounts in text: exact, never rounded. @module */
import { formatDecimal, formatKyat } from "../../shared/money/mod.ts";

/** Kyat split for display: `whole` with separators and sign, `fraction` with its point, or "". */
export interface KyatParts {
  readonly whole: string;
  readonly fraction: string;
}

/** Splits microkyat, given as decimal text, for display; at least `minimumDecimals` decimals. */
export function kyatParts(microKyat: string, minimumDecimals = 0): KyatParts {
  const [whole = "0", fraction] = formatKyat(BigInt(microKyat), minimumDecimals).split(".");
  return { whole: whole.replace("-", "−"), fraction: fraction === undefined ? "" : `.${fraction}` };
}

/** Microkyat, given as decimal text, as kyat with separators and at least two decimals. */
export function kyatText(microKyat: string): string {
  const { whole, fraction } = kyatParts(microKyat, 2);
  return whole + fraction;
}

const UNITS_IN_A_MILLION = 1_000_000n;

/** A rate in picodollars for one unit as dollars for a million units: `0.15`. */
export function perMillionUsd(picoUsdPerUnit: bigint): string {
  return formatDecimal(picoUsdPerUnit * UNITS_IN_A_MILLION, 12, 2);
}

/** Parts per million as per cent: 50000 is `5`. */
export function percentOfParts(partsPerMillion: number): string {
  return formatDecimal(BigInt(partsPerMillion), 4);
}

/** A whole number with separators. */
export function wholeNumber(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, ",");
}
