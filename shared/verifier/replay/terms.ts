/** Prices, markups and exchange rates, and whether what is pinned was in force. @module */
import type { Json, JsonMembers } from "../canonical.ts";
import { type Held, heldOf } from "../held.ts";
import { integerOf, membersOf, textOf } from "../payload.ts";
import { type Terms, termsOf } from "../usage.ts";
import type { Place } from "./place.ts";

/** What was published last of each subject. */
export class TermsBook {
  readonly #prices = new Map<string, JsonMembers>();
  readonly #withdrawn = new Set<string>();
  #ownKeyFee: JsonMembers | null = null;
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
    this.#withdrawn.delete(model);
  }

  /** Takes a withdrawal; what ends must be the price in force. */
  withdrawPrice(payload: JsonMembers, place: Place): void {
    const model = textOf(payload, "model");
    const price = this.#prices.get(model);
    if (price === undefined) {
      place.missing("terms", "prices that are withdrawn", `${model} has no price to withdraw`);
    } else {
      const problem = this.#withdrawn.has(model)
        ? `${model} is withdrawn twice`
        : price["priceVersion"] === payload["priceVersion"]
        ? null
        : `price ${payload["priceVersion"]} of ${model} is withdrawn, in force is ` +
          `${price["priceVersion"]}`;
      place.check("terms", problem);
    }
    this.#withdrawn.add(model);
  }

  /** Takes a fee for own keys; its version must be the next. */
  setOwnKeyFee(payload: JsonMembers, place: Place): void {
    follow(place, "the fee for own keys", this.#ownKeyFee?.["feeVersion"], payload["feeVersion"]);
    this.#ownKeyFee = payload;
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

  /** Compares all that a hold pins with what is in force, and reads it. */
  held(payload: JsonMembers, place: Place): Held {
    const { held, problem } = heldOf(
      payload,
      (model, pricing) => this.#pinned(model, pricing, place),
    );
    if (problem !== null) place.fail("terms", problem);
    if (payload["ownKeyFee"] !== undefined) {
      compare(place, "fee for own keys", this.#ownKeyFee, membersOf(payload, "ownKeyFee"), [
        ["feeVersion", "feeVersion"],
        ["picoUsdPerRequest", "picoUsdPerRequest"],
      ]);
    }
    return held;
  }

  #pinned(model: string, pricing: JsonMembers, place: Place): Terms {
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
    const problem = this.#withdrawn.has(model)
      ? `the hold names ${model}, which was withdrawn`
      : pinned !== version
      ? `the hold pins price ${pinned} of ${model}, in force is ${version}`
      : sameMembers(
          membersOf(price, "ratesPicoUsdPerUnit"),
          membersOf(pricing, "ratesPicoUsdPerUnit"),
        ) && sameTiers(price["tiers"], pricing["tiers"])
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
    if (name === "ratesPicoUsdPerUnit" || name === "tiers") continue;
    if (one[name] !== other[name]) return false;
  }
  return sameTiers(one["tiers"], other["tiers"]) && sameMembers(
    membersOf(one, "ratesPicoUsdPerUnit"),
    membersOf(other, "ratesPicoUsdPerUnit"),
  );
}

/** Whether two lists of tiers, or their absence, are the same. */
function sameTiers(one: Json | undefined, other: Json | undefined): boolean {
  if (one === undefined || other === undefined) return one === other;
  const [ours, theirs] = [one as readonly JsonMembers[], other as readonly JsonMembers[]];
  return ours.length === theirs.length &&
    ours.every((tier, at) =>
      tier["aboveInputTokens"] === theirs[at]!["aboveInputTokens"] && sameMembers(
        membersOf(tier, "ratesPicoUsdPerUnit"),
        membersOf(theirs[at]!, "ratesPicoUsdPerUnit"),
      )
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
