/** Prices, markup and exchange rate, and what usage costs under them; see README.md. @module */
export {
  emptyPricingBook,
  evolvePricing,
  type ModelPrice,
  type NotForSale,
  type PricingBook,
  type PricingEvent,
  type SaleTerms,
  saleTerms,
} from "./book.ts";
export { chargeMicroKyat, costNanoUsd, ownKeyFeeMicroKyat } from "./charge.ts";
export { decidePricing, type PricingCommand } from "./decide.ts";
export { type CallBounds, holdAmountMicroKyat, outputTokensCarried } from "./hold_amount.ts";
export {
  coverMicroKyat,
  type HoldTerms,
  holdTerms,
  type NoTerms,
  outputCovered,
  type OwnKeyFee,
  type PinnedTerms,
} from "./hold_terms.ts";
