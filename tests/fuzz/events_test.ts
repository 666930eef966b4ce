import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ZodError } from "zod";
import corpus from "../../ledger/account/testdata/events_v1.json" with { type: "json" };
import { decodeEvent, eventSchemas, type EventType } from "../../shared/events/mod.ts";
import type { JsonObject } from "../../shared/json.ts";
import { hostileValue, mutated } from "./hostile.ts";

const recorded = Object.entries(corpus) as [EventType, JsonObject][];

/** The decoded payload, or null when it is refused; anything but a worded refusal is a defect. */
function decoded(type: EventType, schemaVersion: number, payload: unknown): unknown {
  try {
    return decodeEvent({ type, schemaVersion, payload: payload as JsonObject }).payload;
  } catch (error) {
    expect(error instanceof ZodError || error instanceof RangeError).toBe(true);
    return null;
  }
}

describe("recorded events that nobody wrote", () => {
  it.each(recorded)(
    "are decoded exactly as the schema of %s says, or refused by it",
    (type, payload) => {
      fc.assert(
        fc.property(mutated(payload), (damaged) => {
          const said = eventSchemas[type].safeParse(damaged);
          expect(decoded(type, 1, damaged)).toEqual(said.success ? said.data : null);
        }),
        { numRuns: 150 },
      );
    },
  );

  it("are refused whatever they are, when they are no payload at all", () => {
    fc.assert(
      fc.property(fc.constantFrom(...recorded), hostileValue, ([type], value) => {
        expect(decoded(type, 1, value)).toBeNull();
      }),
      { numRuns: 500 },
    );
  });

  it("stop a reader when their type or version is unknown, names of the language included", () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.constantFrom("constructor", "toString", "__proto__", "hasOwnProperty", "valueOf", ""),
          fc.string(),
        ),
        (type) => {
          fc.pre(!(Object.hasOwn(eventSchemas, type)));
          expect(() => decodeEvent({ type: type as EventType, schemaVersion: 1, payload: {} }))
            .toThrow(RangeError);
        },
      ),
    );
    fc.assert(
      fc.property(
        fc.constantFrom(...recorded),
        fc.oneof(fc.constantFrom(0, -1, 1.5, NaN, Infinity, 2, 2 ** 53), fc.integer()),
        ([type, payload], schemaVersion) => {
          fc.pre(schemaVersion !== 1);
          expect(() => decodeEvent({ type, schemaVersion, payload })).toThrow(RangeError);
        },
      ),
    );
  });
});
