/** The price book: the newest price of each model, the markup and the exchange rate. @module */
import type { DomainEvent, EventPayload, PinnedPricing } from "../../shared/events/mod.ts";

/** The events that the price book is made of. */
export type PricingEvent = Extract<
  DomainEvent,
  { type: "PricePublished" | "PriceWithdrawn" | "OwnKeyFeeSet" | "MarkupSet" | "FxRateSet" }
>;

/** A model's newest price. */
export type ModelPrice = EventPayload<"PricePublished">;

/** What is for sale, and on which terms; changed by {@link evolvePricing} only. */
export interface PricingBook {
  /** The newest price of each model, withdrawn or not. */
  readonly prices: Map<string, ModelPrice>;
  /** Models that are not for sale until a price is published again. */
  readonly withdrawn: Set<string>;
  ownKeyFee: EventPayload<"OwnKeyFeeSet"> | null;
  markup: EventPayload<"MarkupSet"> | null;
  fxRate: EventPayload<"FxRateSet"> | null;
}

/** An empty price book: nothing is for sale. */
export function emptyPricingBook(): PricingBook {
  return { prices: new Map(), withdrawn: new Set(), ownKeyFee: null, markup: null, fxRate: null };
}

/** Why a call cannot be sold now, in the order in which it is looked for. */
export const NOT_FOR_SALE = [
  "model_not_priced",
  "usage_class_not_priced",
  "markup_not_set",
  "fx_rate_not_set",
  "own_key_fee_not_set",
] as const;

/** One of {@link NOT_FOR_SALE}. */
export type NotForSale = (typeof NOT_FOR_SALE)[number];

/** Terms to pin in a hold together with the model's limits. */
export interface SaleTerms {
  readonly price: ModelPrice;
  readonly pricing: PinnedPricing;
}

/** The terms at which `model` is sold now, or why it is not. */
export function saleTerms(book: PricingBook, model: string): SaleTerms | NotForSale {
  const price = book.prices.get(model);
  if (price === undefined || book.withdrawn.has(model)) return "model_not_priced";
  const rates = price.ratesPicoUsdPerUnit;
  if (isConversation(price.kind) && (rates.input === undefined || rates.output === undefined)) {
    return "usage_class_not_priced";
  }
  if (book.markup === null) return "markup_not_set";
  if (book.fxRate === null) return "fx_rate_not_set";
  const pricing: PinnedPricing = {
    priceVersion: price.priceVersion,
    ratesPicoUsdPerUnit: rates,
    markupVersion: book.markup.markupVersion,
    markupPartsPerMillion: book.markup.markupPartsPerMillion,
    fxVersion: book.fxRate.fxVersion,
    fxMicroKyat: book.fxRate.microKyat,
    fxNanoUsd: book.fxRate.nanoUsd,
    ...(price.tiers === undefined ? {} : { tiers: price.tiers }),
  };
  return { price, pricing };
}

/** Kinds whose calls always have tokens on both sides, so that both must have a rate. */
function isConversation(kind: ModelPrice["kind"]): boolean {
  return kind === undefined || kind === "chat" || kind === "completion";
}

/** Applies an event to the book in place. Throws RangeError when its version is not the next. */
export function evolvePricing(book: PricingBook, event: PricingEvent): void {
  switch (event.type) {
    case "PricePublished": {
      const { model, priceVersion } = event.payload;
      mustFollow(`price of ${model}`, book.prices.get(model)?.priceVersion, priceVersion);
      book.prices.set(model, event.payload);
      book.withdrawn.delete(model);
      return;
    }
    case "PriceWithdrawn": {
      const { model, priceVersion } = event.payload;
      const current = book.prices.get(model)?.priceVersion;
      if (current !== priceVersion || book.withdrawn.has(model)) {
        throw new RangeError(`price ${priceVersion} of ${model} is withdrawn in the log, not sold`);
      }
      book.withdrawn.add(model);
      return;
    }
    case "OwnKeyFeeSet":
      mustFollow("own key fee", book.ownKeyFee?.feeVersion, event.payload.feeVersion);
      book.ownKeyFee = event.payload;
      return;
    case "MarkupSet":
      mustFollow("markup", book.markup?.markupVersion, event.payload.markupVersion);
      book.markup = event.payload;
      return;
    case "FxRateSet":
      mustFollow("exchange rate", book.fxRate?.fxVersion, event.payload.fxVersion);
      book.fxRate = event.payload;
      return;
    default:
      throw event satisfies never;
  }
}

function mustFollow(what: string, current: number | undefined, next: number): void {
  const expected = (current ?? 0) + 1;
  if (next !== expected) {
    throw new RangeError(`${what} has version ${next} in the log, expected ${expected}`);
  }
}
