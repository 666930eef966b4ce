/** Prices, markups and exchange rates, and whether what is pinned was in force. @module */
import type { Json, JsonMembers } from "../canonical.ts";
import { integerOf, membersOf, textOf } from "../payload.ts";
import { type Terms, termsOf } from "../usage.ts";
import type { Place } from "./place.ts";

/** What was published last of each subject. */
export class TermsBook {
  readonly #prices = new Map<string, JsonMembers>();
  #markup: JsonMembers | null = null;
  #fx: JsonMembers | null = null;
  /** Terms that were read last, by model: most holds pin the same ones. */
  readonly #read = new Map<string, { readonly pricing: JsonMembers; readonly terms: Terms }>();

  /** Takes a price; its version must be the next of the model. */
  publishPrice(payload: JsonMembers, place: Place): void {
    const model = textOf(payload, "model");
    const before = this.#prices.get(model);
    follow(place, `the price of ${model}`, before?.["priceVersion"], payload["priceVersion"]);
    this.#prices.set(model, payload);
  }

  /** Takes a markup; its version must be the next. */
  setMarkup(payload: JsonMembers, place: Place): void {
    follow(place, "the markup", this.#markup?.["markupVersion"], payload["markupVersion"]);
    this.#markup = payload;
  }

  /** Takes an exchange rate; its version must be the next. */
  setFxRate(payload: JsonMembers, place: Place): void {
    follow(place, "the exchange rate", this.#fx?.["fxVersion"], payload["fxVersion"]);
    this.#fx = payload;
  }

  /** Compares what a hold pins with what is in force, and reads it. */
  pinned(model: string, pricing: JsonMembers, place: Place): Terms {
    this.#comparePrice(model, pricing, place);
    compare(place, "markup", this.#markup, pricing, [
      ["markupVersion", "markupVersion"],
      ["markupPartsPerMillion", "markupPartsPerMillion"],
    ]);
    compare(place, "exchange rate", this.#fx, pricing, [
      ["fxVersion", "fxVersion"],
      ["microKyat", "fxMicroKyat"],
      ["nanoUsd", "fxNanoUsd"],
    ]);
    const last = this.#read.get(model);
    if (last !== undefined && samePricing(last.pricing, pricing)) return last.terms;
    const terms = termsOf(pricing);
    this.#read.set(model, { pricing, terms });
    return terms;
  }

  #comparePrice(model: string, pricing: JsonMembers, place: Place): void {
    const price = this.#prices.get(model);
    if (price === undefined) {
      return place.missing("terms", "prices pinned by holds", `${model} has no price`);
    }
    const version = integerOf(price, "priceVersion");
    const pinned = integerOf(pricing, "priceVersion");
    const problem = pinned !== version
      ? `the hold pins price ${pinned} of ${model}, in force is ${version}`
      : sameMembers(
          membersOf(price, "ratesPicoUsdPerUnit"),
          membersOf(pricing, "ratesPicoUsdPerUnit"),
        )
      ? null
      : `the hold's rates are not those of price ${version} of ${model}`;
    place.check("terms", problem);
  }
}

function follow(
  place: Place,
  what: string,
  before: Json | undefined,
  now: Json | undefined,
): void {
  if (before === undefined && !place.complete) {
    return place.missing("terms", "versions of terms that follow unseen ones", "");
  }
  const expected = ((before ?? 0) as number) + 1;
  place.check(
    "terms",
    now === expected ? null : `${what} has version ${now}, expected ${expected}`,
  );
}

function compare(
  place: Place,
  what: string,
  inForce: JsonMembers | null,
  pricing: JsonMembers,
  members: readonly (readonly [string, string])[],
): void {
  if (inForce === null) {
    return place.missing("terms", `${what}s pinned by holds`, `no ${what} was set`);
  }
  const wrong = members.find(([name, pinned]) => inForce[name] !== pricing[pinned]);
  place.check(
    "terms",
    wrong === undefined
      ? null
      : `the hold's ${wrong[1]} is ${pricing[wrong[1]]}, in force is ${inForce[wrong[0]]}`,
  );
}

function samePricing(one: JsonMembers, other: JsonMembers): boolean {
  for (const name in one) {
    if (name !== "ratesPicoUsdPerUnit" && one[name] !== other[name]) return false;
  }
  return sameMembers(
    membersOf(one, "ratesPicoUsdPerUnit"),
    membersOf(other, "ratesPicoUsdPerUnit"),
  );
}

function sameMembers(one: JsonMembers, other: JsonMembers): boolean {
  let members = 0;
  for (const name in one) {
    if (one[name] !== other[name]) return false;
    members++;
  }
  for (const _ in other) members--;
  return members === 0;
}
