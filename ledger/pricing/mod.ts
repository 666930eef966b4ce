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
export { chargeMicroKyat, costNanoUsd } from "./charge.ts";
export { decidePricing, type PricingCommand } from "./decide.ts";
export { holdAmountMicroKyat, outputTokensCarried, type TokenBounds } from "./hold_amount.ts";
