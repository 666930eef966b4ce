/** Prices as sources write them, to whole picodollars per unit: by their digits, never by a float. @module */

const PICO_USD_DECIMALS = 12;

/**
 * Picodollars for one unit, from a price in dollars for `perUnits` of them, such as `2.5e-06` for 1
 * or `0.15` for 1,000,000. Null when that is not a whole number of picodollars, is negative, or the
 * text is no decimal number: nothing is ever rounded.
 */
export function picoUsdPerUnit(usdText: string, perUnits: bigint): bigint | null {
  const match = /^(\d{1,30})(?:\.(\d{1,40}))?(?:[eE]([+-]?\d{1,3}))?$/.exec(usdText);
  if (!match) return null;
  const [, whole = "", fraction = "", exponentText = "0"] = match;
  const exponent = parseInt(exponentText, 10) - fraction.length + PICO_USD_DECIMALS;
  const digits = BigInt(whole + fraction);
  const numerator = exponent >= 0 ? digits * 10n ** BigInt(exponent) : digits;
  const denominator = perUnits * (exponent < 0 ? 10n ** BigInt(-exponent) : 1n);
  return numerator % denominator === 0n ? numerator / denominator : null;
}

/**
 * JSON whose numbers stay the text that they were written as, so that no price ever becomes a float.
 * Throws SyntaxError when the text is no JSON.
 */
export function parseKeepingDigits(json: string): unknown {
  return JSON.parse(json, (_key, value, context?: { readonly source?: string }) => {
    if (typeof value !== "number") return value;
    if (context?.source === undefined) throw new SyntaxError("the digits of a number are lost");
    return context.source;
  });
}
