import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  canonicalJson,
  commandHash,
  frameHash,
  GENESIS_HASH,
  inclusionProof,
  leafBytes,
  type LeafEvent,
  leafHash,
  merkleRoot,
  nodeHash,
  verifyInclusion,
} from "./mod.ts";
import { EVENT_VECTOR, FRAME_VECTOR, TREE_VECTOR } from "./vectors.ts";

const text = fc.string({ unit: "grapheme", maxLength: 12 }).filter((value) =>
  value.isWellFormed() && !value.includes("\u0000")
);
const leg = fc.record({
  account: text,
  currency: fc.constantFrom("MMK" as const, "USD" as const),
  amount: fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n }),
});
const leafEvent: fc.Arbitrary<LeafEvent> = fc.record({
  shard: fc.nat(3),
  position: fc.bigInt({ min: 1n, max: 12n }),
  stream: text,
  version: fc.nat(12),
  type: text,
  schemaVersion: fc.nat(2),
  eventId: text,
  requestId: fc.option(text),
  actor: text,
  occurredAtMs: fc.nat(12),
  recordedAtMs: fc.nat(12),
  payloadJson: fc.jsonValue().filter(isExact).map(canonicalJson),
  legs: fc.array(leg, { maxLength: 3 }),
});

function isExact(value: unknown): boolean {
  try {
    canonicalJson(value);
    return true;
  } catch {
    return false;
  }
}

const hashes = (min: number) =>
  fc.array(fc.uint8Array({ minLength: 32, maxLength: 32 }), { minLength: min, maxLength: 40 });

describe("canonical JSON", () => {
  it("is RFC 8785's, for the values of the log", () => {
    expect(canonicalJson({ b: [1, -0, null, true], a: 'x"\\\u000f\n€', "": {}, ö: 1, "10": 0 }))
      .toBe('{"":{},"10":0,"a":"x\\"\\\\\\u000f\\n€","b":[1,0,null,true],"ö":1}');
    // By UTF-16 code units: U+1F600 (D83D DE00) comes before U+FB33.
    expect(canonicalJson({ "\ufb33": 1, "\u{1f600}": 2, "1": 3, "\r": 4 }))
      .toBe('{"\\r":4,"1":3,"\u{1f600}":2,"\ufb33":1}');
  });

  it("writes amounts as the log does and leaves out what is undefined", () => {
    expect(canonicalJson({ amount: 2n ** 64n, none: undefined }))
      .toBe('{"amount":"18446744073709551616"}');
  });

  it("does not depend on the order of members, and reads back the same", () => {
    fc.assert(fc.property(fc.jsonValue().filter(isExact), (value) => {
      const json = canonicalJson(value);
      expect(canonicalJson(JSON.parse(json))).toBe(json);
      expect(canonicalJson(reversed(value))).toBe(json);
      expect(JSON.parse(json)).toEqual(JSON.parse(JSON.stringify(value)));
    }));
  });

  it.each([
    ["a fraction", 0.5],
    ["a number beyond 2^53", 2 ** 53],
    ["NaN", NaN],
    ["infinity", -Infinity],
    ["a lone surrogate", "\ud800"],
    ["U+0000", "a\u0000b"],
    ["undefined in a list", [undefined]],
    ["a function", () => 1],
    ["a date", new Date(0)],
  ])("refuses %s", (_name, value) => {
    expect(() => canonicalJson({ value })).toThrow(TypeError);
  });
});

function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).reverse().map(([key, member]) => [key, reversed(member)]),
  );
}

describe("the leaf of an event", () => {
  it("has the bytes that docs/ledger-format.md gives", async () => {
    const { event, bytesHex, hashHex } = EVENT_VECTOR;
    expect(leafBytes(event).toHex()).toBe(bytesHex);
    expect(leafHash(event).toHex()).toBe(hashHex);
    const page = await Deno.readTextFile(
      new URL("../../docs/ledger-format.md", import.meta.url),
    );
    const shown = page.replaceAll(/\s/g, "");
    const { headerHash } = FRAME_VECTOR;
    for (const value of [bytesHex, hashHex, headerHash, ...TREE_VECTOR.roots]) {
      expect(shown).toContain(value);
    }
  });

  it("shares its bytes with no other event's", () => {
    fc.assert(
      fc.property(leafEvent, leafEvent, (one, other) => {
        const same = fingerprint(one) === fingerprint(other);
        expect(leafBytes(one).toHex() === leafBytes(other).toHex()).toBe(same);
      }),
      { numRuns: 500 },
    );
  });

  it("changes with every field, and cannot be shifted from one field to the next", () => {
    fc.assert(fc.property(leafEvent, text.filter((value) => value !== ""), (event, extra) => {
      const moved = { ...event, stream: event.stream + extra, type: event.type };
      const shifted = { ...event, stream: event.stream, type: extra + event.type };
      expect(leafHash(moved)).not.toEqual(leafHash(event));
      expect(leafHash(moved)).not.toEqual(leafHash(shifted));
      const emptied = { ...event, requestId: event.requestId === null ? "" : null };
      expect(leafHash(emptied)).not.toEqual(leafHash(event));
    }));
  });
});

function fingerprint(event: LeafEvent): string {
  return JSON.stringify(
    event,
    (_key, value) => typeof value === "bigint" ? `${value}n` : value,
  );
}

describe("the Merkle tree", () => {
  it("has the roots that RFC 6962 defines", () => {
    // The definition itself: split at the largest power of two below the count.
    const define = (leaves: readonly Uint8Array[]): Uint8Array => {
      if (leaves.length === 1) return leaves[0]!;
      let split = 1;
      while (split * 2 < leaves.length) split *= 2;
      return nodeHash(define(leaves.slice(0, split)), define(leaves.slice(split)));
    };
    fc.assert(fc.property(hashes(1), (leaves) => {
      expect(merkleRoot(leaves)).toEqual(define(leaves));
    }));
    const { leaves, roots } = TREE_VECTOR;
    const bytes = leaves.map((leaf) => Uint8Array.fromHex(leaf));
    expect(roots.map((_, index) => merkleRoot(bytes.slice(0, index + 1)).toHex())).toEqual(roots);
    expect(() => merkleRoot([])).toThrow(RangeError);
  });

  it("proves each of its leaves", () => {
    fc.assert(fc.property(hashes(1), (leaves) => {
      const root = merkleRoot(leaves);
      leaves.forEach((leaf, index) => {
        const proof = inclusionProof(leaves, index);
        expect(verifyInclusion({ leaf, index, count: leaves.length, proof, root })).toBe(true);
      });
    }));
  });

  it("proves nothing else", () => {
    fc.assert(fc.property(hashes(2), fc.nat(), fc.nat(), fc.nat(255), (leaves, at, where, bit) => {
      const index = at % leaves.length;
      const leaf = leaves[index]!;
      const proof = inclusionProof(leaves, index);
      const claim = { leaf, index, count: leaves.length, proof, root: merkleRoot(leaves) };
      const flip = (bytes: Uint8Array) => {
        const changed = bytes.slice();
        changed[bit >> 3]! ^= 1 << (bit % 8);
        return changed;
      };
      const changedProof = proof.with(where % proof.length, flip(proof[where % proof.length]!));
      expect(verifyInclusion({ ...claim, leaf: flip(leaf) })).toBe(false);
      expect(verifyInclusion({ ...claim, root: flip(claim.root) })).toBe(false);
      expect(verifyInclusion({ ...claim, proof: changedProof })).toBe(false);
      expect(verifyInclusion({ ...claim, proof: proof.slice(1) })).toBe(false);
      expect(verifyInclusion({ ...claim, proof: [...proof, leaf] })).toBe(false);
      expect(verifyInclusion({ ...claim, index: leaves.length })).toBe(false);
      expect(verifyInclusion({ ...claim, index: -1 })).toBe(false);
    }));
  });
});

describe("frames", () => {
  it("have the hash that docs/ledger-format.md gives", () => {
    const { header, headerHash } = FRAME_VECTOR;
    expect(frameHash(header).toHex()).toBe(headerHash);
  });

  it("have another hash when anything in them differs", () => {
    const { header } = FRAME_VECTOR;
    const hashes = [
      header,
      { ...header, shard: 1 },
      { ...header, firstPosition: 42n },
      { ...header, count: 3 },
      { ...header, previousHash: GENESIS_HASH },
      { ...header, merkleRoot: header.previousHash },
      { ...header, epoch: 8n },
      { ...header, recordedAtMs: header.recordedAtMs + 1 },
    ].map((one) => frameHash(one).toHex());
    expect(new Set(hashes).size).toBe(hashes.length);
  });
});

describe("the hash of a command", () => {
  it("does not depend on the order of members, but on every value", () => {
    expect(commandHash("GrantCredit", { a: 1, b: "2" }))
      .toBe(commandHash("GrantCredit", { b: "2", a: 1 }));
    expect(commandHash("GrantCredit", { a: 1, b: 2 }))
      .not.toBe(commandHash("GrantCredit", { a: 1, b: "2" }));
    expect(commandHash("GrantCredit", { a: 1 })).not.toBe(commandHash("OpenAccount", { a: 1 }));
  });
});
