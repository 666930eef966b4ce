/**
 * Money as integers. Kyat are held in microkyat (1e-6 MMK), dollars in nanodollars (1e-9 USD) and
 * provider rates in picodollars (1e-12 USD) per unit, all bigint; JSON carries decimal strings.
 *
 * @module
 */
export { divideHalfUp, type FxRate, fxRateFromDecimal, MICRO_KYAT_PER_KYAT } from "./arithmetic.ts";
export { formatDecimal, formatKyat, parseDecimal } from "./decimal.ts";
export { microKyatSchema, signedAmountSchema } from "./schema.ts";
