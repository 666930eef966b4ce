import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  compactRange,
  consistencyRanges,
  foldNodes,
  type Hash,
  inclusionRanges,
  type LeafRange,
  nodesOf,
  verifyConsistency,
  verifyInclusion,
} from "./mod.ts";
import { PATH_VECTOR } from "./vectors.ts";

const MOST = 66;
const leaves = Array.from({ length: MOST }, (_, index): Hash => sha256([index, 7]));

function sha256(...parts: ArrayLike<number>[]): Hash {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(Uint8Array.from(part));
  return new Uint8Array(hash.digest());
}

// RFC 6962, section 2.1, word for word and with nothing of what is tested.
const k = (n: number) => 2 ** Math.floor(Math.log2(n - 1));
function root(d: readonly Hash[]): Hash {
  if (d.length === 1) return d[0]!;
  return sha256([1], root(d.slice(0, k(d.length))), root(d.slice(k(d.length))));
}
function path(m: number, d: readonly Hash[]): Hash[] {
  if (d.length === 1) return [];
  const split = k(d.length);
  return m < split
    ? [...path(m, d.slice(0, split)), root(d.slice(split))]
    : [...path(m - split, d.slice(split)), root(d.slice(0, split))];
}
function subproof(m: number, d: readonly Hash[], whole: boolean): Hash[] {
  if (m === d.length) return whole ? [] : [root(d)];
  const split = k(d.length);
  return m <= split
    ? [...subproof(m, d.slice(0, split), whole), root(d.slice(split))]
    : [...subproof(m - split, d.slice(split), false), root(d.slice(0, split))];
}

/** Full subtrees by level and index, as a table of nodes would have them. */
function storedNodes(size: number): (range: LeafRange) => Hash {
  const stored = new Map<string, Hash>();
  const range = compactRange();
  for (const leaf of leaves.slice(0, size)) {
    for (const { level, index, hash } of range.append(leaf)) {
      expect(stored.has(`${level}/${index}`)).toBe(false);
      stored.set(`${level}/${index}`, hash);
    }
  }
  return (wanted) =>
    foldNodes(
      nodesOf(wanted).map(({ level, index }) => {
        const hash = stored.get(`${level}/${index}`);
        if (hash === undefined) throw new Error(`no node ${level}/${index} in a tree of ${size}`);
        return hash;
      }),
    );
}

const sizes = Array.from({ length: MOST }, (_, index) => index + 1);

describe("a tree of stored full subtrees", () => {
  it("has the root of RFC 6962 at every size, grown leaf by leaf or gone on with", () => {
    const grown = compactRange();
    for (const size of sizes) {
      grown.append(leaves[size - 1]!);
      expect(grown.root()).toEqual(root(leaves.slice(0, size)));
      expect(grown.size()).toBe(size);
      const resumed = compactRange(size, grown.peaks());
      expect(resumed.root()).toEqual(grown.root());
      expect(resumed.append(leaves[0]!)).toEqual(
        compactRange(size, grown.peaks()).append(leaves[0]!),
      );
    }
  });

  it("gives the audit path of every leaf at every size", () => {
    for (const size of sizes) {
      const of = storedNodes(size);
      const d = leaves.slice(0, size);
      for (let index = 0; index < size; index++) {
        const proof = inclusionRanges(index, size).map(of);
        expect(proof).toEqual(path(index, d));
        const claim = { leaf: d[index]!, index, count: size, proof, root: root(d) };
        expect(verifyInclusion(claim)).toBe(true);
      }
    }
  });

  it("proves every smaller size consistent with every larger one", () => {
    for (const size of sizes) {
      const of = storedNodes(size);
      const d = leaves.slice(0, size);
      expect(consistencyRanges(0, size)).toEqual([]);
      for (let older = 1; older <= size; older++) {
        const proof = consistencyRanges(older, size).map(of);
        expect(proof).toEqual(subproof(older, d, true));
        const olderRoot = root(d.slice(0, older));
        const claim = { older, olderRoot, size, root: root(d), proof };
        expect(verifyConsistency(claim)).toBe(true);
      }
    }
  });

  it("proves nothing else consistent", () => {
    const sized = fc.integer({ min: 2, max: MOST }).chain((size) =>
      fc.tuple(fc.constant(size), fc.integer({ min: 1, max: size - 1 }), fc.nat(), fc.nat(255))
    );
    fc.assert(fc.property(sized, ([size, older, which, bit]) => {
      const d = leaves.slice(0, size);
      const proof = subproof(older, d, true);
      const olderRoot = root(d.slice(0, older));
      const claim = { older, olderRoot, size, root: root(d), proof };
      const flip = (bytes: Hash) => {
        const changed = bytes.slice();
        changed[bit >> 3]! ^= 1 << (bit % 8);
        return changed;
      };
      const at = which % proof.length;
      expect(verifyConsistency({ ...claim, olderRoot: flip(olderRoot) })).toBe(false);
      expect(verifyConsistency({ ...claim, root: flip(claim.root) })).toBe(false);
      expect(verifyConsistency({ ...claim, proof: proof.with(at, flip(proof[at]!)) })).toBe(false);
      expect(verifyConsistency({ ...claim, proof: proof.slice(1) })).toBe(false);
      expect(verifyConsistency({ ...claim, proof: [...proof, olderRoot] })).toBe(false);
      expect(verifyConsistency({ ...claim, older: size + 1 })).toBe(false);
      expect(verifyConsistency({ ...claim, older: 0 })).toBe(false);
    }));
  });

  it("gives what docs/ledger-format.md gives", () => {
    const seven = Array.from(
      { length: 7 },
      (_, index) => new Uint8Array(32).fill(0x11 * (index + 1)),
    );
    const range = compactRange();
    const nodes = new Map(
      seven.flatMap((leaf) => range.append(leaf)).map((
        { level, index, hash },
      ) => [`${level}/${index}`, hash]),
    );
    const of = (wanted: LeafRange) =>
      foldNodes(nodesOf(wanted).map(({ level, index }) => nodes.get(`${level}/${index}`)!)).toHex();
    expect(range.root().toHex()).toBe(PATH_VECTOR.root);
    for (const { index, path } of PATH_VECTOR.inclusion) {
      expect(inclusionRanges(index, 7).map(of)).toEqual(path);
    }
    for (const { from, path } of PATH_VECTOR.consistency) {
      expect(consistencyRanges(from, 7).map(of)).toEqual(path);
    }
  });

  it("refuses sizes and leaves that there are not", () => {
    expect(() => compactRange(3, [leaves[0]!])).toThrow(RangeError);
    expect(() => compactRange().root()).toThrow(RangeError);
    expect(() => inclusionRanges(3, 3)).toThrow(RangeError);
    expect(() => inclusionRanges(-1, 3)).toThrow(RangeError);
    expect(() => consistencyRanges(4, 3)).toThrow(RangeError);
    expect(() => consistencyRanges(-1, 3)).toThrow(RangeError);
  });
});
