/** Mistakes about calls that are repeated under an idempotency key. @module */
import type { JsonValue } from "../../../shared/json.ts";
import { objectOf } from "../evidence.ts";
import type { Mutant } from "../mutant.ts";

/** See the module. */
export const againMutants: readonly Mutant[] = [
  {
    name: "the ledger knows no idempotency keys",
    domain: (domain) => ({
      ...domain,
      decide(state, command, time) {
        if (command.type !== "PlaceHold") return domain.decide(state, command, time);
        state.book.idempotency.accounts.clear();
        return domain.decide(state, command, time);
      },
    }),
  },
  {
    name: "an owner that takes over knows no idempotency keys of before",
    domain(domain, { process, scheduler }) {
      // What it reads of the log comes before the first command that it decides.
      let isReading = true;
      return {
        ...domain,
        initial() {
          isReading = true;
          return domain.initial();
        },
        decide(state, command, time) {
          if (isReading) {
            isReading = false;
            scheduler.note(`${process.name} forgets all keys`);
            state.book.idempotency.accounts.clear();
          }
          return domain.decide(state, command, time);
        },
      };
    },
  },
  {
    name: "an idempotency key is free again as soon as its call was charged",
    domain: (domain) => ({
      ...domain,
      evolve(state, placed) {
        const next = domain.evolve(state, placed);
        const { event } = placed;
        if (event.type !== "HoldSettled") return next;
        const memory = next.book.idempotency.accounts.get(event.payload.accountId);
        for (const [keyHash, { requestId }] of memory?.calls ?? []) {
          if (requestId === event.payload.requestId) memory?.calls.delete(keyHash);
        }
        return next;
      },
    }),
  },
  {
    name: "what is asked for under an idempotency key is not compared",
    bus: (bus) => ({
      ...bus,
      request: (subject, message, options) => bus.request(subject, sameBody(message), options),
    }),
  },
];

function sameBody(message: JsonValue): JsonValue {
  const { type, body, ...envelope } = objectOf(message);
  const { idempotency, ...rest } = objectOf(body);
  if (type !== "PlaceHold" || idempotency === undefined) return message;
  const same = { ...objectOf(idempotency), bodyHash: "0".repeat(64) };
  return { ...envelope, type, body: { ...rest, idempotency: same } };
}
