/** The stable mapping from accounts to shards. @module */
import { createHash } from "node:crypto";

/**
 * The shard that owns an account: the first 32 bits of SHA-256(accountId), big-endian, modulo
 * `shards`. It never changes for a deployment, because `shards` (at least 1) is set at creation.
 */
export function shardOf(accountId: string, shards: number): number {
  if (shards === 1) return 0;
  return createHash("sha256").update(accountId).digest().readUInt32BE(0) % shards;
}
