/** Trees after RFC 6962: roots, and proofs of inclusion and of consistency. @module */
import type { VerifierCrypto } from "./crypto.ts";
import { writeHex } from "./encoding.ts";

/** A SHA-256 hash as 64 digits of lower-case hexadecimal. */
export type Hash = string;

/** The hash of a node's two children. */
export type HashNode = (left: Hash, right: Hash) => Hash;

/** SHA-256(0x01 ‖ left ‖ right). */
export function nodeHasher(crypto: Pick<VerifierCrypto, "sha256Hex">): HashNode {
  const bytes = new Uint8Array(65);
  bytes[0] = 0x01;
  return (left, right) => {
    writeHex(bytes, 1, left);
    writeHex(bytes, 33, right);
    return crypto.sha256Hex(bytes);
  };
}

/** A tree that grows at its end and keeps only the roots of its full subtrees. */
export class GrowingTree {
  readonly #hashNode: HashNode;
  readonly #roots: Hash[] = [];
  #size = 0;

  /** An empty tree. */
  constructor(hashNode: HashNode) {
    this.#hashNode = hashNode;
  }

  /** Leaves so far. */
  get size(): number {
    return this.#size;
  }

  /**
   * Starts from the roots of the full subtrees of a tree of `size` leaves, largest first. Returns
   * false, and stays empty, when their number does not fit.
   */
  resume(size: number, roots: readonly Hash[]): boolean {
    if (subtrees(size) !== roots.length) return false;
    this.#roots.push(...roots);
    this.#size = size;
    return true;
  }

  /** Adds a leaf hash. */
  append(leaf: Hash): void {
    let root = leaf;
    for (let rest = this.#size; rest % 2 === 1; rest = Math.floor(rest / 2)) {
      root = this.#hashNode(this.#roots.pop()!, root);
    }
    this.#roots.push(root);
    this.#size++;
  }

  /** The root over all leaves so far, or null when there are none. */
  root(): Hash | null {
    let root: Hash | null = null;
    for (let index = this.#roots.length - 1; index >= 0; index--) {
      root = root === null ? this.#roots[index]! : this.#hashNode(this.#roots[index]!, root);
    }
    return root;
  }

  /** Makes the tree empty again. */
  clear(): void {
    this.#roots.length = 0;
    this.#size = 0;
  }
}

function subtrees(size: number): number {
  let count = 0;
  for (let rest = size; rest > 0; rest = Math.floor(rest / 2)) count += rest % 2;
  return count;
}

/** A leaf and the way from it to a root. */
export interface InclusionPath {
  readonly leaf: Hash;
  /** The leaf's place, from 0. */
  readonly index: number;
  /** Leaves of the tree. */
  readonly size: number;
  /** From the leaf upwards. */
  readonly path: readonly Hash[];
}

/** The root that an audit path leads to (RFC 9162, 2.1.3.2), or null when it fits no such tree. */
export function rootOfInclusion({ leaf, index, size, path }: InclusionPath, hashNode: HashNode) {
  if (!Number.isSafeInteger(index) || !Number.isSafeInteger(size)) return null;
  if (index < 0 || index >= size) return null;
  let [at, last, root] = [index, size - 1, leaf];
  for (const sibling of path) {
    if (last === 0) return null;
    if (at % 2 === 1 || at === last) {
      root = hashNode(sibling, root);
      while (at % 2 === 0 && at !== 0) [at, last] = [half(at), half(last)];
    } else {
      root = hashNode(root, sibling);
    }
    [at, last] = [half(at), half(last)];
  }
  return last === 0 ? root : null;
}

/** Two sizes of one tree, their roots, and the proof that the first is the beginning of the second. */
export interface ConsistencyClaim {
  readonly fromSize: number;
  readonly fromRoot: Hash;
  readonly toSize: number;
  readonly toRoot: Hash;
  readonly path: readonly Hash[];
}

/** Whether a consistency proof holds (RFC 9162, 2.1.4.2). */
export function isConsistent(claim: ConsistencyClaim, hashNode: HashNode): boolean {
  const { fromSize, fromRoot, toSize, toRoot, path } = claim;
  if (!Number.isSafeInteger(fromSize) || !Number.isSafeInteger(toSize)) return false;
  if (fromSize < 0 || fromSize > toSize) return false;
  if (fromSize === toSize) return path.length === 0 && fromRoot === toRoot;
  if (fromSize === 0) return path.length === 0;
  // A full subtree's own root is not in the proof: it is the first root itself.
  const proof = subtrees(fromSize) === 1 ? [fromRoot, ...path] : path;
  const first = proof[0];
  if (first === undefined) return false;
  let [at, last] = [fromSize - 1, toSize - 1];
  while (at % 2 === 1) [at, last] = [half(at), half(last)];
  let [before, after] = [first, first];
  for (const sibling of proof.slice(1)) {
    if (last === 0) return false;
    if (at % 2 === 1 || at === last) {
      before = hashNode(sibling, before);
      after = hashNode(sibling, after);
      while (at % 2 === 0 && at !== 0) [at, last] = [half(at), half(last)];
    } else {
      after = hashNode(after, sibling);
    }
    [at, last] = [half(at), half(last)];
  }
  return last === 0 && before === fromRoot && after === toRoot;
}

function half(value: number): number {
  return Math.floor(value / 2);
}
