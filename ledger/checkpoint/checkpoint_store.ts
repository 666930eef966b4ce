/** What the tree over the frames and its checkpoints need of a database. @module */
import type { Hash, NodeId } from "../integrity/mod.ts";
import type { Ownership } from "../store/mod.ts";

/** A node of the tree over a shard's frames. */
export interface TreeNode extends NodeId {
  readonly hash: Hash;
  /** Of the first event below it. */
  readonly firstPosition: bigint;
}

/** A frame's place in the tree. */
export interface TreeLeaf {
  /** From 0. */
  readonly index: number;
  readonly firstPosition: bigint;
}

/** A checkpoint that is kept. */
export interface KeptCheckpoint {
  readonly shard: number;
  /** How many frames it covers. */
  readonly frames: number;
  /** Of the last event that it covers. */
  readonly position: bigint;
  readonly note: string;
  /** The ownership under which it was signed. */
  readonly epoch: bigint;
  /** By the ledger's clock, epoch milliseconds. */
  readonly signedAtMs: number;
}

/** Nodes and checkpoints of all shards; nothing is ever changed or removed. Calls may reject. */
export interface CheckpointStore {
  /** The name of this log: the one that it was given first, which is `proposed` at the first call. */
  logName(proposed: string): Promise<string>;
  /** The last frame in the tree; null while it is empty. */
  lastLeaf(shard: number): Promise<TreeLeaf | null>;
  /** The frame that an event is in; null when the tree does not have it. */
  leafOf(shard: number, position: bigint): Promise<TreeLeaf | null>;
  /** The frame of an index; null when the tree does not have it. */
  leafAt(shard: number, index: number): Promise<TreeLeaf | null>;
  /** The hashes of these nodes, in this order; at most 500. Rejects with RangeError when one is missing. */
  readNodes(shard: number, nodes: readonly NodeId[]): Promise<Hash[]>;
  /** The leaf hashes of events from a position on, in order; rejects with RangeError when some are missing. */
  leafHashes(shard: number, firstPosition: bigint, count: number): Promise<Hash[]>;
  /** Adds nodes, all of them or none; those that are there already stay as they are. */
  addNodes(shard: number, nodes: readonly TreeNode[]): Promise<void>;
  /**
   * Keeps a checkpoint while the ownership's epoch is the shard's: `fenced` otherwise, and `exists`
   * when there is one of as many frames.
   */
  keep(
    ownership: Ownership,
    checkpoint: Omit<KeptCheckpoint, "shard" | "epoch">,
  ): Promise<"kept" | "fenced" | "exists">;
  /** The checkpoint with the most frames; null before the first. */
  newest(shard: number): Promise<KeptCheckpoint | null>;
  /** The checkpoint of that many frames, or null. */
  ofFrames(shard: number, frames: number): Promise<KeptCheckpoint | null>;
  /** Checkpoints of more than `afterFrames` frames, fewest first; `limit` 1 to 1,000. */
  page(shard: number, afterFrames: number, limit: number): Promise<KeptCheckpoint[]>;
}
