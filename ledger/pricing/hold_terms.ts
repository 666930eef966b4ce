/** Everything that a hold stands for: models, who pays, and the amount that covers whichever it is. @module */
import type { CommandBody } from "../../shared/commands/mod.ts";
import type { EventPayload, PinnedPricing } from "../../shared/events/mod.ts";
import { type ModelPrice, NOT_FOR_SALE, type NotForSale, saleTerms } from "./book.ts";
import type { PricingBook } from "./book.ts";
import { ownKeyFeeMicroKyat } from "./charge.ts";
import {
  anyPriced,
  type CallBounds,
  holdAmountMicroKyat,
  type InputBounds,
  outputTokensCarried,
} from "./hold_amount.ts";

/** The fee of a call with the customer's own provider key. */
export type OwnKeyFee = EventPayload<"OwnKeyFeeSet">;

/** What a hold pins of its terms, as it stands in its event. */
export type PinnedTerms = Pick<
  EventPayload<"HoldPlaced">,
  "pricing" | "alternatives" | "billing" | "ownKeyFee" | "unitsBound" | "classes" | "askedModel"
>;

/** The terms of a hold that can be placed. */
export interface HoldTerms {
  /** The price of the model that the hold names. */
  readonly price: ModelPrice;
  /** The widest context window of all models that may serve, in tokens. */
  readonly contextWindowTokens: number;
  readonly pinned: PinnedTerms;
}

/** Why there are no terms, and for which model. */
export interface NoTerms {
  readonly reason: NotForSale;
  readonly model: string;
}

/**
 * The terms at which a call is sold now: of the model, of each alternative once, and of the
 * customer's own key where its billing allows for one. Of several reasons against it the first in
 * the order of {@link NOT_FOR_SALE} is given.
 */
export function holdTerms(book: PricingBook, body: CommandBody<"PlaceHold">): HoldTerms | NoTerms {
  const models = new Set([body.model, ...body.alternatives ?? []]);
  const sold = [];
  let problem: NoTerms | null = null;
  for (const model of models) {
    const terms = saleTerms(book, model);
    if (typeof terms !== "string") sold.push({ model, ...terms });
    else problem = first(problem, { reason: terms, model });
    if (!isBounded(book, model, body)) {
      problem = first(problem, { reason: "usage_class_not_priced", model });
    }
  }
  const byOwnKey = body.billing === "own_key" || body.billing === "either";
  if (byOwnKey && book.ownKeyFee === null) {
    problem = first(problem, { reason: "own_key_fee_not_set", model: body.model });
  }
  const [own, ...others] = sold;
  if (problem !== null || own === undefined) return problem!;
  const pinned: PinnedTerms = { pricing: own.pricing };
  if (others.length > 0) {
    pinned.alternatives = others.map(({ model, pricing }) => ({ model, pricing }));
  }
  if (byOwnKey) Object.assign(pinned, { billing: body.billing, ownKeyFee: book.ownKeyFee });
  if (body.billing === "free") pinned.billing = body.billing;
  if (body.unitsBound !== undefined) pinned.unitsBound = body.unitsBound;
  if (body.classes !== undefined) pinned.classes = body.classes;
  if (body.askedModel !== undefined) pinned.askedModel = body.askedModel;
  const windows = sold.map(({ price }) => price.contextWindowTokens);
  return { price: own.price, contextWindowTokens: Math.max(...windows), pinned };
}

/**
 * The amount in microkyat that covers the call whichever model serves it and whoever pays; at
 * least 0, and 0 for a call that no provider bills.
 */
export function coverMicroKyat(tokens: Tokens, terms: PinnedTerms): bigint {
  let amount = terms.ownKeyFee === undefined
    ? 0n
    : ownKeyFeeMicroKyat(terms.ownKeyFee, terms.pricing);
  for (const pricing of tokenTerms(terms)) {
    const needed = holdAmountMicroKyat(boundsOf(tokens, terms), pricing);
    if (needed > amount) amount = needed;
  }
  return amount;
}

/**
 * The most output tokens, at most `limit`, for which {@link coverMicroKyat} stays within
 * `amountMicroKyat`; null when the amount does not carry even the rest of the call.
 */
export function outputCovered(
  amountMicroKyat: bigint,
  of: { readonly inputTokens: number; readonly limit: number },
  terms: PinnedTerms,
): number | null {
  const { ownKeyFee } = terms;
  // Nothing is taken for a call that nobody bills, so a budget that was overrun carries it as well.
  if (terms.billing === "free") return of.limit;
  if (amountMicroKyat < 0n) return null;
  if (
    ownKeyFee !== undefined && ownKeyFeeMicroKyat(ownKeyFee, terms.pricing) > amountMicroKyat
  ) return null;
  let carried = of.limit;
  for (const pricing of tokenTerms(terms)) {
    const bounds = { ...inputBoundsOf(of.inputTokens, terms), limit: carried };
    const output = outputTokensCarried(amountMicroKyat, bounds, pricing);
    if (output === null) return null;
    carried = output;
  }
  return carried;
}

interface Tokens {
  readonly inputTokens: number;
  readonly outputTokens: number;
}

/** The terms of every model whose tokens may be charged. */
function tokenTerms(terms: PinnedTerms): readonly PinnedPricing[] {
  if (terms.billing === "own_key" || terms.billing === "free") return [];
  if (terms.alternatives === undefined) return [terms.pricing];
  return [terms.pricing, ...terms.alternatives.map(({ pricing }) => pricing)];
}

type Bounding = Pick<PinnedTerms, "unitsBound" | "classes">;

function boundsOf({ inputTokens, outputTokens }: Tokens, of: Bounding): CallBounds {
  return { ...inputBoundsOf(inputTokens, of), outputTokens };
}

function inputBoundsOf(inputTokens: number, { unitsBound, classes }: Bounding): InputBounds {
  return { inputTokens, units: unitsBound, classes };
}

/** Whether a rate stands behind what the call is bound by: holding for none would bound nothing. */
function isBounded(book: PricingBook, model: string, body: CommandBody<"PlaceHold">): boolean {
  const price = book.prices.get(model);
  if (price === undefined || body.billing === "own_key" || body.billing === "free") return true;
  const { inputTokensBound: inputTokens, outputTokensRequested } = body;
  const tokens = { inputTokens, outputTokens: outputTokensRequested ?? price.maxOutputTokens };
  return anyPriced(boundsOf(tokens, body), price.ratesPicoUsdPerUnit);
}

function first(one: NoTerms | null, other: NoTerms): NoTerms {
  const rank = ({ reason }: NoTerms) => NOT_FOR_SALE.indexOf(reason);
  return one !== null && rank(one) <= rank(other) ? one : other;
}
