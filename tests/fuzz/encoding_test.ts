import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { encodeFields } from "../../ledger/integrity/fields.ts";
import { canonicalJson, leafBytes } from "../../ledger/integrity/mod.ts";
import { anyText } from "./hostile.ts";

const text = fc.oneof(
  fc.constantFrom("", "0", "a", "ab", "\u0000", "\u0000\u0000\u0000\u0001", "ÿ", "မြ", "😀"),
  anyText(20).filter((each) => each.isWellFormed()),
);
const field = fc.oneof(text, fc.constant(null));

/** Reads the fields back: what can be read back in one way only cannot be shared by two lists. */
function decodeFields(bytes: Uint8Array): (string | null)[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  const fields: (string | null)[] = [];
  for (let at = 1; at < bytes.length;) {
    const length = view.getUint32(at);
    at += 4;
    if (length === 0xffffffff) {
      fields.push(null);
      continue;
    }
    fields.push(decoder.decode(bytes.subarray(at, at + length)));
    at += length;
  }
  return fields;
}

const leg = fc.record({
  account: text,
  currency: fc.constantFrom("MMK" as const, "USD" as const),
  amount: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
});
const event = fc.record({
  shard: fc.nat(63),
  position: fc.bigInt({ min: 1n, max: 2n ** 63n - 1n }),
  stream: text,
  version: fc.nat(),
  type: text,
  schemaVersion: fc.nat(9),
  eventId: text,
  requestId: field,
  actor: text,
  occurredAtMs: fc.maxSafeNat(),
  recordedAtMs: fc.maxSafeNat(),
  payloadJson: text,
  legs: fc.array(leg, { maxLength: 4 }),
});

/** An event from its fields, read as docs/ledger-format.md lays them out. */
function eventOf([format, ...fields]: (string | null)[]) {
  expect(format).toBe("sargalay.event.v1");
  const [shard, position, stream, version, type, schemaVersion, eventId, requestId, ...rest] =
    fields;
  const [actor, occurredAtMs, recordedAtMs, payloadJson, legs, ...amounts] = rest;
  const count = parseInt(legs!, 10);
  expect(amounts.length).toBe(count * 3);
  return {
    shard: parseInt(shard!, 10),
    position: BigInt(position!),
    stream,
    version: parseInt(version!, 10),
    type,
    schemaVersion: parseInt(schemaVersion!, 10),
    eventId,
    requestId,
    actor,
    occurredAtMs: parseInt(occurredAtMs!, 10),
    recordedAtMs: parseInt(recordedAtMs!, 10),
    payloadJson,
    legs: Array.from({ length: count }, (_, index) => ({
      account: amounts[index * 3],
      currency: amounts[index * 3 + 1],
      amount: BigInt(amounts[index * 3 + 2]!),
    })),
  };
}

describe("the bytes under a hash", () => {
  it("give every list of fields back, so that no two lists share them", () => {
    fc.assert(
      fc.property(fc.array(field, { maxLength: 12 }), (fields) => {
        expect(decodeFields(encodeFields(0, fields))).toEqual(fields);
      }),
      { numRuns: 2_000 },
    );
  });

  it("give every event back, with its legs", () => {
    fc.assert(
      fc.property(event, (one) => {
        expect(eventOf(decodeFields(leafBytes(one)))).toEqual(one);
      }),
      { numRuns: 1_000 },
    );
  });

  it("hold longer texts than the buffer that they share", () => {
    const long = ["ÿ".repeat(100_000), null, "a".repeat(100_000), ""];
    expect(decodeFields(encodeFields(0, long))).toEqual(long);
  });
});

describe("canonical JSON", () => {
  const value = fc.jsonValue({ maxDepth: 4 });
  const told = (each: unknown): string | null => {
    try {
      return canonicalJson(each);
    } catch (error) {
      expect(error).toBeInstanceOf(TypeError);
      return null;
    }
  };

  it("is JSON of the same value, or there is none", () => {
    fc.assert(
      fc.property(value, (each) => {
        const said = told(each);
        if (said !== null) expect(JSON.parse(said)).toEqual(JSON.parse(JSON.stringify(each)));
      }),
      { numRuns: 1_000 },
    );
  });

  it("does not depend on the order in which members were written", () => {
    const members = fc.uniqueArray(fc.tuple(text, fc.nat()), { selector: ([name]) => name });
    fc.assert(fc.property(members, (entries) => {
      const one = told(Object.fromEntries(entries));
      expect(told(Object.fromEntries(entries.toReversed()))).toBe(one);
    }));
  });

  it("has no text for what is not exact everywhere", () => {
    const inexact = [0.5, 2 ** 53, -(2 ** 53), NaN, Infinity, "\ud800", "a\u0000", undefined];
    for (const each of [...inexact, () => 1, Symbol("s"), new Date(0), new Map()]) {
      expect(told(each)).toBeNull();
      expect(told([each])).toBeNull();
    }
  });
});
