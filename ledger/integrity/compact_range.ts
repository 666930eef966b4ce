/** A growing Merkle tree of which only the roots of its full subtrees are kept. @module */
import { type Hash, nodeHash } from "./merkle.ts";
import { foldNodes, type NodeId, nodesOf } from "./ranges.ts";

/** A node that a new leaf completed, the leaf itself included. */
export interface GrownNode extends NodeId {
  readonly hash: Hash;
}

/** The right edge of a tree: it grows without reading what came before. */
export interface CompactRange {
  /** How many leaves the tree has. */
  size(): number;
  /** Adds a leaf. Returns it and every subtree that it completed, the smallest first. */
  append(leaf: Hash): GrownNode[];
  /** The root; throws RangeError while there is no leaf. */
  root(): Hash;
  /** The roots of the full subtrees, largest first. */
  peaks(): Hash[];
}

/**
 * The tree of `size` leaves whose full subtrees, largest first, have these roots. Throws RangeError
 * when a tree of that size has another number of them.
 */
export function compactRange(size = 0, peaks: readonly Hash[] = []): CompactRange {
  const expected = nodesOf({ from: 0, to: size }).length;
  if (peaks.length !== expected) {
    throw new RangeError(`a tree of ${size} leaves has ${expected} subtrees, not ${peaks.length}`);
  }
  let leaves = size;
  const edge = [...peaks];
  return {
    size: () => leaves,
    append(leaf) {
      const grown: GrownNode[] = [{ level: 0, index: leaves, hash: leaf }];
      let hash = leaf;
      let index = leaves;
      for (let level = 1; index % 2 === 1; level++) {
        hash = nodeHash(edge.pop()!, hash);
        index = (index - 1) / 2;
        grown.push({ level, index, hash });
      }
      edge.push(hash);
      leaves += 1;
      return grown;
    },
    root: () => foldNodes(edge),
    peaks: () => [...edge],
  };
}
