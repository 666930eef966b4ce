/** Checking that one tree is the beginning of another. @module */
import { type Hash, nodeHash, sameHash } from "./merkle.ts";

/** What {@link verifyConsistency} checks. */
export interface ConsistencyClaim {
  /** How many leaves the older tree has; 0 is the beginning of every tree. */
  readonly older: number;
  readonly olderRoot: Hash;
  readonly size: number;
  readonly root: Hash;
  readonly proof: readonly Hash[];
}

/** Whether a consistency proof holds (RFC 9162, section 2.1.4.2). */
export function verifyConsistency(claim: ConsistencyClaim): boolean {
  const { older, olderRoot, size, root, proof } = claim;
  if (!Number.isSafeInteger(older) || !Number.isSafeInteger(size) || older < 0 || older > size) {
    return false;
  }
  if (older === 0) return proof.length === 0;
  if (older === size) return proof.length === 0 && sameHash(olderRoot, root);
  // A whole power of two is a subtree of its own, whose root the checker has already.
  const path = isPowerOfTwo(older) ? [olderRoot, ...proof] : [...proof];
  let at = older - 1;
  let last = size - 1;
  while (at % 2 === 1) {
    at = (at - 1) / 2;
    last = Math.floor(last / 2);
  }
  const first = path[0];
  if (first === undefined) return false;
  let olderHash = first;
  let hash = first;
  for (const sibling of path.slice(1)) {
    if (last === 0) return false;
    if (at % 2 === 1 || at === last) {
      olderHash = nodeHash(sibling, olderHash);
      hash = nodeHash(sibling, hash);
      while (at % 2 === 0 && at !== 0) {
        at /= 2;
        last = Math.floor(last / 2);
      }
    } else {
      hash = nodeHash(hash, sibling);
    }
    at = Math.floor(at / 2);
    last = Math.floor(last / 2);
  }
  return last === 0 && sameHash(olderHash, olderRoot) && sameHash(hash, root);
}

function isPowerOfTwo(value: number): boolean {
  let rest = value;
  while (rest % 2 === 0) rest /= 2;
  return rest === 1;
}
