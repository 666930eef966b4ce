/**
 * What makes the log provable: canonical JSON, leaves, Merkle trees, chained frames. The bytes are
 * fixed by docs/ledger-format.md.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { canonicalJson } from "./canonical_json.ts";

export { canonicalJson } from "./canonical_json.ts";
export { leafBytes, type LeafEvent, leafHash } from "./leaf.ts";
export { type CompactRange, compactRange, type GrownNode } from "./compact_range.ts";
export { type ConsistencyClaim, verifyConsistency } from "./consistency.ts";
export { frameHash, type FrameHeader, GENESIS_HASH } from "./frame.ts";
export {
  type Hash,
  type InclusionClaim,
  inclusionProof,
  merkleRoot,
  nodeHash,
  sameHash,
  verifyInclusion,
} from "./merkle.ts";
export {
  consistencyRanges,
  foldNodes,
  inclusionRanges,
  type LeafRange,
  type NodeId,
  nodesOf,
} from "./ranges.ts";
export {
  endorsementText,
  isSignedBy,
  keyHashOf,
  type SigningKey,
  signingKeyOf,
} from "./signing_key.ts";

/**
 * What an idempotency key is bound to: SHA-256, in hex, of the canonical JSON of a command's type
 * and body. Throws TypeError when the body has no canonical JSON.
 */
export function commandHash(type: string, body: unknown): string {
  return createHash("sha256").update(canonicalJson({ type, body })).digest("hex");
}
