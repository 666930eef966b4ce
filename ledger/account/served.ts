/** Who served a call, checked against what its hold pinned. @module */
import type { EventPayload, HoldBilling, PinnedPricing } from "../../shared/events/mod.ts";
import { type OwnKeyFee, ownKeyFeeMicroKyat } from "../pricing/mod.ts";
import { type Rejected, rejected } from "../decision.ts";

/** A model that may serve a call instead of the one that its hold names. */
export interface Alternative {
  readonly model: string;
  readonly pricing: PinnedPricing;
}

/** What a hold remembers of its terms. */
export interface HeldTerms {
  readonly model: string;
  readonly pricing: PinnedPricing;
  /** Undefined where the hold names none. */
  readonly alternatives: readonly Alternative[] | undefined;
  readonly billing: HoldBilling;
  /** Undefined where the billing is `tokens` or `free`. */
  readonly ownKeyFee: OwnKeyFee | undefined;
}

/** Who served, as a report or a settlement says it; what is absent is what the hold says. */
export interface Served {
  readonly model?: string | undefined;
  readonly ownKey?: boolean | undefined;
}

/** The terms at which a served call is charged. */
export interface ServedTerms {
  readonly status: "held";
  readonly pricing: PinnedPricing;
  /**
   * The whole charge in microkyat where it does not depend on usage: that of a call with the
   * customer's own key, or 0 of one that no provider bills; else null.
   */
  readonly fixedMicroKyat: bigint | null;
  /** What the event says of it: nothing where the hold leaves no choice. */
  readonly recorded: Pick<EventPayload<"HoldSettled">, "model" | "ownKey">;
}

/** The pinned terms of a hold as its event has them. */
export function heldTerms(payload: EventPayload<"HoldPlaced">): HeldTerms {
  const { model, pricing, alternatives, billing, ownKeyFee } = payload;
  return { model, pricing, alternatives, billing: billing ?? "tokens", ownKeyFee };
}

/**
 * The terms for whoever served. Rejects with `model_not_held` for a model that the hold does not
 * name, and with `billing_not_held` when the customer's own key is said to pay for a hold of tokens
 * or of a free call, or ours for one of an own key: nothing was held for that.
 */
export function servedTerms(hold: Held, served: Served): ServedTerms | Rejected {
  const { terms } = hold;
  const model = served.model ?? terms.model;
  const pricing = pricingOf(terms, model);
  if (pricing === null) return modelNotHeld(hold, model);
  const ownKey = served.ownKey ?? terms.billing === "own_key";
  // Where there was a choice, the event says which was taken.
  const recorded = {
    ...(terms.alternatives === undefined ? {} : { model }),
    ...(terms.ownKeyFee === undefined ? {} : { ownKey }),
  };
  if (!ownKey) {
    if (terms.billing === "own_key") return billingNotHeld(hold, ownKey);
    const fixedMicroKyat = terms.billing === "free" ? 0n : null;
    return { status: "held", pricing, fixedMicroKyat, recorded };
  }
  if (terms.ownKeyFee === undefined) return billingNotHeld(hold, ownKey);
  const fixedMicroKyat = ownKeyFeeMicroKyat(terms.ownKeyFee, pricing);
  return { status: "held", pricing, fixedMicroKyat, recorded };
}

interface Held {
  readonly requestId: string;
  readonly terms: HeldTerms;
}

function pricingOf(terms: HeldTerms, model: string): PinnedPricing | null {
  if (model === terms.model) return terms.pricing;
  return terms.alternatives?.find((one) => one.model === model)?.pricing ?? null;
}

function modelNotHeld({ requestId }: Held, model: string): Rejected {
  const message = `The hold of ${requestId} does not cover the model ${model}`;
  return rejected("model_not_held", message, { requestId, model });
}

function billingNotHeld({ requestId, terms: { billing } }: Held, ownKey: boolean): Rejected {
  const whose = ownKey ? "the customer's own key" : "our key";
  const message = `The hold of ${requestId} is for ${billing}, and ${whose} served the call`;
  return rejected("billing_not_held", message, { requestId, billing, ownKey });
}
