/**
 * Which full subtrees the roots and proofs of RFC 6962 are made of, as arithmetic on leaf numbers:
 * whoever stores the hashes of full subtrees proves anything by reading a logarithmic number of them.
 *
 * @module
 */
import { type Hash, nodeHash } from "./merkle.ts";

/** A full subtree: the 2^level leaves from leaf index · 2^level on. */
export interface NodeId {
  readonly level: number;
  readonly index: number;
}

/** The leaves from `from` up to, but not including, `to`; such as occur in a split tree. */
export interface LeafRange {
  readonly from: number;
  readonly to: number;
}

/** The largest power of two that is smaller than `count`, which is at least 2. */
function splitOf(count: number): number {
  let half = 1;
  while (half * 2 < count) half *= 2;
  return half;
}

/** The ranges whose roots are the audit path of a leaf (section 2.1.1), from the leaf upwards. */
export function inclusionRanges(index: number, size: number): LeafRange[] {
  assertSize(size);
  if (!Number.isSafeInteger(index) || index < 0 || index >= size) {
    throw new RangeError(`a tree of ${size} leaves has no leaf ${index}`);
  }
  const downwards: LeafRange[] = [];
  let from = 0;
  let to = size;
  while (to - from > 1) {
    const middle = from + splitOf(to - from);
    if (index < middle) {
      downwards.push({ from: middle, to });
      to = middle;
    } else {
      downwards.push({ from, to: middle });
      from = middle;
    }
  }
  return downwards.toReversed();
}

/**
 * The ranges whose roots are the consistency proof (section 2.1.2) between the first `older` leaves
 * and the first `size`; none when they are equal or `older` is 0.
 */
export function consistencyRanges(older: number, size: number): LeafRange[] {
  assertSize(size);
  if (!Number.isSafeInteger(older) || older < 0 || older > size) {
    throw new RangeError(`a tree of ${size} leaves has no older tree of ${older}`);
  }
  if (older === 0 || older === size) return [];
  const downwards: LeafRange[] = [];
  let from = 0;
  let to = size;
  // The whole older tree is known to whoever checks, until a split left some of it behind.
  let whole = true;
  while (older !== to) {
    const middle = from + splitOf(to - from);
    if (older <= middle) {
      downwards.push({ from: middle, to });
      to = middle;
    } else {
      downwards.push({ from, to: middle });
      from = middle;
      whole = false;
    }
  }
  if (!whole) downwards.push({ from, to });
  return downwards.toReversed();
}

/** The full subtrees that a range is made of, largest first; empty for an empty range. */
export function nodesOf({ from, to }: LeafRange): NodeId[] {
  const nodes: NodeId[] = [];
  let at = from;
  while (at < to) {
    let level = 0;
    let width = 1;
    while (at % (width * 2) === 0 && at + width * 2 <= to) {
      width *= 2;
      level += 1;
    }
    nodes.push({ level, index: at / width });
    at += width;
  }
  return nodes;
}

/** The root over subtrees that stand side by side, largest first; at least one. */
export function foldNodes(hashes: readonly Hash[]): Hash {
  const last = hashes.at(-1);
  if (last === undefined) throw new RangeError("a Merkle tree has at least one leaf");
  return hashes.slice(0, -1).reduceRight((right, left) => nodeHash(left, right), last);
}

function assertSize(size: number): void {
  if (Number.isSafeInteger(size) && size >= 0) return;
  throw new RangeError(`a tree cannot have ${size} leaves`);
}
