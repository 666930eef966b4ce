/** Mistakes about who served a call, and at which of the held terms it is charged. @module */
import type { OpenHold } from "../../../ledger/account/request.ts";
import { chargeMicroKyat } from "../../../ledger/pricing/mod.ts";
import type { ShardState } from "../../../ledger/shard/mod.ts";
import type { JsonObject, JsonValue } from "../../../shared/json.ts";
import type { EventOf } from "../../../shared/events/mod.ts";
import { objectOf } from "../evidence.ts";
import type { Mutant } from "../mutant.ts";
import { resettledAt, rewriting } from "./domain.ts";

/** See the module. */
export const servedMutants: readonly Mutant[] = [
  {
    name: "a call is charged as by the first model, whichever served it",
    domain: (domain) =>
      rewriting(domain, (event, state) => {
        if (event.type !== "HoldSettled" || event.payload.ownKey === true) return [event];
        const { pricing } = heldBy(state, event).terms;
        return [resettledAt(state, event, chargeMicroKyat(event.payload.usage, pricing))];
      }),
  },
  {
    name: "an edge does not say which model served",
    bus: (bus) => ({
      ...bus,
      request: (subject, message, options) =>
        bus.request(subject, without("model", message), options),
      publishDurable: (subject, message, options) =>
        bus.publishDurable(subject, without("model", message), options),
    }),
  },
  {
    name: "an edge does not say that the customer's own key served",
    bus: (bus) => ({
      ...bus,
      request: (subject, message, options) =>
        bus.request(subject, without("ownKey", message), options),
      publishDurable: (subject, message, options) =>
        bus.publishDurable(subject, without("ownKey", message), options),
    }),
  },
  {
    name: "a call with the customer's own key costs the fee and its tokens",
    domain: (domain) =>
      rewriting(domain, (event, state) => {
        if (event.type !== "HoldSettled" || event.payload.ownKey !== true) return [event];
        const { usage, chargeMicroKyat: fee } = event.payload;
        const { pricing } = heldBy(state, event).terms;
        return [resettledAt(state, event, fee + chargeMicroKyat(usage, pricing))];
      }),
  },
  {
    name: "a long call is charged at the rates of a short one",
    domain: (domain) =>
      rewriting(domain, (event, state) => {
        if (event.type !== "HoldSettled" || event.payload.model !== undefined) return [event];
        if (event.payload.ownKey === true) return [event];
        const { tiers: _, ...pricing } = heldBy(state, event).terms.pricing;
        return [resettledAt(state, event, chargeMicroKyat(event.payload.usage, pricing))];
      }),
  },
];

function heldBy(state: ShardState, { payload }: EventOf<"HoldSettled">) {
  return state.book.requests.byId.get(payload.requestId) as OpenHold;
}

/** A settlement without one of its members. */
function without(member: string, message: JsonValue): JsonValue {
  const { type, body, ...envelope } = objectOf(message);
  if (type !== "SettleHold") return message;
  const { [member]: _, ...rest } = objectOf(body);
  return { ...envelope, type, body: rest as JsonObject };
}
