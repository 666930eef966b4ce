/** What a hold covers: which models may serve, and whose key pays. @module */
import type { JsonMembers } from "./canonical.ts";
import { type Kind, ordinal, text } from "./lines_of_export.ts";
import {
  amountOf,
  integerOf,
  listOfKind,
  membersOf,
  oneOf,
  optional,
  textOf,
  unsigned,
  withMembers,
} from "./payload.ts";
import {
  classesKind,
  feeOf,
  holdOf,
  type Price,
  priceOf,
  pricingKind,
  type Terms,
  unitsKind,
} from "./usage.ts";

/** Members of a HoldPlaced event that not every one has. */
export const heldKinds: Readonly<Record<string, Kind>> = {
  unitsBound: optional(unitsKind),
  classes: optional(classesKind),
  askedModel: optional(text),
  billing: optional(oneOf("tokens", "own_key", "either", "free")),
  alternatives: optional(listOfKind(withMembers({ model: text, pricing: pricingKind }))),
  ownKeyFee: optional(withMembers({ feeVersion: ordinal, picoUsdPerRequest: unsigned })),
};

/** Members that say who served, where it is not whom the hold names. */
export const servedKinds: Readonly<Record<string, Kind>> = {
  model: optional(text),
  ownKey: optional((value) => typeof value === "boolean"),
};

/** What a hold pins. */
export interface Held {
  /** The model that it names. */
  readonly model: string;
  /** The terms of every model that may serve. */
  readonly models: ReadonlyMap<string, Terms>;
  readonly billing: string;
  /** The charge of a call with the customer's own key; null when the billing allows none. */
  readonly fee: bigint | null;
}

/** Reads what a HoldPlaced event pins, and says what cannot be about it. */
export function heldOf(
  payload: JsonMembers,
  read: (model: string, pricing: JsonMembers) => Terms,
): { readonly held: Held; readonly problem: string | null } {
  const model = textOf(payload, "model");
  const own = read(model, membersOf(payload, "pricing"));
  const models = new Map([[model, own]]);
  let problem: string | null = null;
  for (const one of (payload["alternatives"] ?? []) as readonly JsonMembers[]) {
    const name = textOf(one, "model");
    if (models.has(name)) problem = `the hold names ${name} twice`;
    models.set(name, read(name, membersOf(one, "pricing")));
  }
  const billing = (payload["billing"] ?? "tokens") as string;
  const fee = payload["ownKeyFee"] === undefined
    ? null
    : feeOf(amountOf(membersOf(payload, "ownKeyFee"), "picoUsdPerRequest"), own);
  if ((billing === "tokens" || billing === "free") !== (fee === null)) {
    problem = `the hold is for ${billing} and has ${fee === null ? "no fee" : "a fee"}`;
  }
  return { held: { model, models, billing, fee }, problem };
}

/** What a hold must be: no call that it covers costs more. */
export function coverOf(payload: JsonMembers, { models, billing, fee }: Held): bigint {
  const bounds = {
    input: integerOf(payload, "inputTokensBound"),
    output: integerOf(payload, "outputTokensGranted"),
    units: (payload["unitsBound"] ?? {}) as JsonMembers,
    classes: (payload["classes"] ?? null) as readonly string[] | null,
  };
  let cover = fee ?? 0n;
  if (billing === "free") return 0n;
  if (billing === "own_key") return cover;
  for (const terms of models.values()) {
    const needed = holdOf(bounds, terms);
    if (needed > cover) cover = needed;
  }
  return cover;
}

/** The price of a call by whom its event says served it, or why nothing was held for that. */
export function servedPrice(payload: JsonMembers, held: Held): Price | string {
  const model = (payload["model"] ?? held.model) as string;
  const terms = held.models.get(model);
  if (terms === undefined) return `the hold does not cover the model ${model}`;
  if (payload["ownKey"] !== true) {
    if (held.billing === "own_key") return "the hold is for an own key, and ours served";
    if (held.billing === "free") return { chargeMicroKyat: 0n, costNanoUsd: 0n };
    return priceOf(membersOf(payload, "usage"), terms);
  }
  if (held.fee === null) return `the hold is for ${held.billing}, and an own key served`;
  return { chargeMicroKyat: held.fee, costNanoUsd: 0n };
}

/** Whether two events say that the same model served with the same key. */
export function sameServed(one: JsonMembers, other: JsonMembers, { model }: Held): boolean {
  return (one["model"] ?? model) === (other["model"] ?? model) &&
    (one["ownKey"] ?? false) === (other["ownKey"] ?? false);
}
