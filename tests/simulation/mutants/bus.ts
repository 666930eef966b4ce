/** Mistakes in how edges and the ledger talk to each other. @module */
import { BusError } from "../../../shared/bus/mod.ts";
import type { JsonValue } from "../../../shared/json.ts";
import { objectOf } from "../evidence.ts";
import type { Mutant } from "../mutant.ts";

/** See the module. */
export const busMutants: readonly Mutant[] = [
  {
    name: "an edge sends a settlement once and no more",
    bus: (bus) => ({
      ...bus,
      publishDurable: (subject, message, options) =>
        /:\d+$/.test(options.messageId) && options.messageId.startsWith("settle:")
          ? Promise.resolve({ sequence: 1, duplicate: true })
          : bus.publishDurable(subject, message, options),
    }),
  },
  {
    name: "the ledger acknowledges a settlement before it has decided it",
    bus: (bus) => ({
      ...bus,
      consume: (stream, options, handler) =>
        bus.consume(stream, options, (message) => {
          handler(message).catch(() => {});
          return Promise.resolve();
        }),
    }),
  },
  {
    name: "the ledger acknowledges a settlement that it could not decide",
    bus: (bus) => ({
      ...bus,
      consume: (stream, options, handler) =>
        bus.consume(stream, options, (message) => handler(message).catch(() => {})),
    }),
  },
  {
    name: "a hold is released where it should be settled",
    bus: (bus) => ({
      ...bus,
      request: (subject, message, options) => bus.request(subject, released(message), options),
      publishDurable: (subject, message, options) =>
        bus.publishDurable(subject, released(message), options),
    }),
  },
  {
    name: "an edge takes any answer of the ledger for a settlement",
    bus: (bus) => ({
      ...bus,
      async request(subject, message, options) {
        const { type, body } = objectOf(message);
        if (type !== "SettleHold") return await bus.request(subject, message, options);
        await bus.request(subject, message, options).catch(() => {});
        return {
          status: "accepted",
          position: "1",
          result: {
            requestId: objectOf(body).requestId!,
            state: "settled",
            chargedMicroKyat: "0",
            unbilledMicroKyat: "0",
            availableMicroKyat: "0",
          },
        };
      },
    }),
  },
  {
    name: "an edge takes silence for a hold",
    bus: (bus, { process }) => ({
      ...bus,
      request: (subject, message, options) =>
        bus.request(subject, message, options).catch((error) => {
          const { type, body } = objectOf(message);
          if (type !== "PlaceHold" || !(error instanceof BusError)) throw error;
          return {
            status: "accepted",
            position: "1",
            result: {
              requestId: objectOf(body).requestId!,
              holdMicroKyat: "1",
              outputTokensGranted: 100,
              expiresAtMs: process.effects.clock.nowMs() + 1_000,
              availableMicroKyat: "1",
            },
          };
        }),
    }),
  },
];

/** A release in the place of a settlement. */
function released(message: JsonValue): JsonValue {
  const { type, body, operationId, ...envelope } = objectOf(message);
  if (type !== "SettleHold") return message;
  const { accountId, requestId, call } = objectOf(body);
  return {
    ...envelope,
    operationId: String(operationId).replace("settle", "release"),
    type: "ReleaseHold",
    body: { accountId, requestId, call, reason: "upstream_failed" },
  };
}
