/** Frames: one per append, each chained to the one before. @module */
import { createHash } from "node:crypto";
import { encodeFields } from "./fields.ts";
import type { Hash } from "./merkle.ts";

/** What stands in a frame's hash. */
export interface FrameHeader {
  readonly shard: number;
  readonly firstPosition: bigint;
  /** How many events, at least 1. */
  readonly count: number;
  /** The hash of the frame before, or {@link GENESIS_HASH}. */
  readonly previousHash: Hash;
  readonly merkleRoot: Hash;
  /** The ownership under which it was written; never decreases. */
  readonly epoch: bigint;
  /** Epoch milliseconds; never decreases. */
  readonly recordedAtMs: number;
}

/** The previous hash of a shard's first frame: 32 zero bytes. */
export const GENESIS_HASH: Hash = new Uint8Array(32);

/** SHA-256 of a byte 0x02 and the header's length-prefixed fields: 32 bytes. */
export function frameHash(header: FrameHeader): Hash {
  const bytes = encodeFields(0x02, [
    "sargalay.frame.v1",
    `${header.shard}`,
    `${header.firstPosition}`,
    `${header.count}`,
    header.previousHash,
    header.merkleRoot,
    `${header.epoch}`,
    `${header.recordedAtMs}`,
  ]);
  return new Uint8Array(createHash("sha256").update(bytes).digest());
}
