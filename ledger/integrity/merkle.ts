/** Merkle trees after RFC 6962, section 2.1, over leaf hashes that are given. @module */
import { createHash } from "node:crypto";

/** A SHA-256 hash: 32 bytes. */
export type Hash = Uint8Array;

/** The hash of two children: SHA-256(0x01 ‖ left ‖ right). */
export function nodeHash(left: Hash, right: Hash): Hash {
  return new Uint8Array(createHash("sha256").update(NODE).update(left).update(right).digest());
}

const NODE = new Uint8Array([0x01]);

/** The root over leaf hashes in order. Throws RangeError when there are none. */
export function merkleRoot(leaves: readonly Hash[]): Hash {
  let level = leaves;
  if (level.length === 0) throw new RangeError("a Merkle tree has at least one leaf");
  // Pairing neighbours and lifting an odd last one gives the same tree as RFC 6962's split at the
  // largest power of two.
  while (level.length > 1) {
    const above: Hash[] = [];
    for (let index = 0; index + 1 < level.length; index += 2) {
      above.push(nodeHash(level[index]!, level[index + 1]!));
    }
    if (level.length % 2 === 1) above.push(level[level.length - 1]!);
    level = above;
  }
  return level[0]!;
}

/**
 * The hashes that prove that leaf `index` belongs to the tree, from the leaf upwards. Throws
 * RangeError when there is no such leaf.
 */
export function inclusionProof(leaves: readonly Hash[], index: number): Hash[] {
  if (!Number.isInteger(index) || index < 0 || index >= leaves.length) {
    throw new RangeError(`the tree of ${leaves.length} leaves has no leaf ${index}`);
  }
  const proof: Hash[] = [];
  let level = leaves;
  let at = index;
  while (level.length > 1) {
    const sibling = level[at ^ 1];
    if (sibling !== undefined) proof.push(sibling);
    const above: Hash[] = [];
    for (let left = 0; left < level.length; left += 2) {
      const right = level[left + 1];
      above.push(right === undefined ? level[left]! : nodeHash(level[left]!, right));
    }
    level = above;
    at >>= 1;
  }
  return proof;
}

/** What {@link verifyInclusion} checks. */
export interface InclusionClaim {
  readonly leaf: Hash;
  /** The leaf's place, from 0. */
  readonly index: number;
  /** How many leaves the tree has. */
  readonly count: number;
  readonly proof: readonly Hash[];
  readonly root: Hash;
}

/** Whether a proof holds (RFC 9162, section 2.1.3.2). */
export function verifyInclusion(claim: InclusionClaim): boolean {
  const { index, count, proof } = claim;
  if (!Number.isInteger(index) || !Number.isInteger(count) || index < 0 || index >= count) {
    return false;
  }
  let at = index;
  let last = count - 1;
  let hash = claim.leaf;
  for (const sibling of proof) {
    if (last === 0) return false;
    if (at % 2 === 1 || at === last) {
      hash = nodeHash(sibling, hash);
      while (at % 2 === 0 && at !== 0) {
        at = Math.floor(at / 2);
        last = Math.floor(last / 2);
      }
    } else {
      hash = nodeHash(hash, sibling);
    }
    at = Math.floor(at / 2);
    last = Math.floor(last / 2);
  }
  return last === 0 && sameHash(hash, claim.root);
}

/** Whether two hashes are the same bytes. */
export function sameHash(one: Hash, other: Hash): boolean {
  if (one.length !== other.length) return false;
  for (let index = 0; index < one.length; index++) {
    if (one[index] !== other[index]) return false;
  }
  return true;
}
