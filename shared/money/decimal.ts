/** Decimal text to scaled integers and back, without a float in between. @module */

/**
 * Parses plain decimal text into an integer scaled by `10^decimals`: `parseDecimal("1.5", 6)` is
 * `1500000n`. Accepts an optional minus sign and ASCII digits with at most `decimals` of them after
 * the point. Throws RangeError for anything else (exponents, separators, spaces, too many digits).
 */
export function parseDecimal(text: string, decimals: number): bigint {
  const match = /^(-?)(\d{1,30})(?:\.(\d{1,30}))?$/.exec(text);
  const fraction = match?.[3] ?? "";
  if (!match || fraction.length > decimals) {
    throw new RangeError(
      `expected a decimal number with at most ${decimals} decimals, got ${JSON.stringify(text)}`,
    );
  }
  const magnitude = BigInt(`${match[2]}${fraction.padEnd(decimals, "0")}`);
  return match[1] === "-" ? -magnitude : magnitude;
}

/**
 * Writes an integer scaled by `10^decimals` as decimal text without trailing zeros, keeping at least
 * `minimumDecimals` of them: `formatDecimal(1500000n, 6)` is `"1.5"`.
 */
export function formatDecimal(scaled: bigint, decimals: number, minimumDecimals = 0): string {
  const sign = scaled < 0n ? "-" : "";
  const digits = (scaled < 0n ? -scaled : scaled).toString().padStart(decimals + 1, "0");
  const whole = digits.slice(0, digits.length - decimals);
  const fraction = digits.slice(digits.length - decimals).replace(/0+$/, "")
    .padEnd(minimumDecimals, "0");
  return fraction === "" ? `${sign}${whole}` : `${sign}${whole}.${fraction}`;
}

/** Writes microkyat as kyat for people, with thousands separators: `"1,234.5"`; exact, no rounding. */
export function formatKyat(microKyat: bigint, minimumDecimals = 0): string {
  const [whole = "0", fraction] = formatDecimal(microKyat, 6, minimumDecimals).split(".");
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ",");
  return fraction === undefined ? grouped : `${grouped}.${fraction}`;
}
