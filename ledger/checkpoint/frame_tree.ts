/** The tree over a shard's frames: goes on from the stored nodes, and takes new frames in. @module */
import {
  type CompactRange,
  compactRange,
  foldNodes,
  frameHash,
  GENESIS_HASH,
  type Hash,
  nodesOf,
  sameHash,
} from "../integrity/mod.ts";
import type { EventStore, Frame } from "../store/mod.ts";
import { LogDamagedError } from "../writer/mod.ts";
import type { CheckpointStore, TreeNode } from "./checkpoint_store.ts";

/** What the tree stands on. */
export interface TreeSource {
  readonly shard: number;
  readonly store: Pick<EventStore, "readFrames">;
  readonly checkpoints: CheckpointStore;
}

/** The tree as far as it was read and stored; after a rejection it must be opened anew. */
export interface FrameTree {
  /** How many frames it has. */
  size(): number;
  /** The last frame; null before the first. */
  last(): Frame | null;
  /** The root over all its frames; throws RangeError while there is none. */
  root(): Hash;
  /**
   * Takes in and stores what the log has beyond it, a page at a time. Rejects with LogDamagedError
   * when a frame does not follow the one before.
   */
  catchUp(mayGoOn: () => boolean): Promise<void>;
}

const PAGE_FRAMES = 1_000;

/** Opens the stored tree. Rejects with LogDamagedError when its last leaf is not the frame's hash. */
export async function openFrameTree(source: TreeSource): Promise<FrameTree> {
  const { shard, store, checkpoints } = source;
  const leaf = await checkpoints.lastLeaf(shard);
  if (leaf === null) return treeOf(source, compactRange(), null);
  const size = leaf.index + 1;
  const nodes = [...nodesOf({ from: 0, to: size }), { level: 0, index: leaf.index }];
  const hashes = await checkpoints.readNodes(shard, nodes);
  const [frame] = await store.readFrames(shard, leaf.firstPosition - 1n, 1);
  const fits = frame !== undefined && frame.firstPosition === leaf.firstPosition &&
    sameHash(frame.hash, hashes.at(-1)!);
  if (!fits) {
    throw new LogDamagedError(
      shard,
      leaf.firstPosition,
      `frame ${leaf.index} of the tree is not in the log`,
    );
  }
  return treeOf(source, compactRange(size, hashes.slice(0, -1)), frame);
}

/** Whether the stored tree, as it was when it had as many frames, has this root. Rejects as reads do. */
export async function isInTree(
  checkpoints: CheckpointStore,
  shard: number,
  { frames, root }: { readonly frames: number; readonly root: Hash },
): Promise<boolean> {
  if (await checkpoints.leafAt(shard, frames - 1) === null) return false;
  const hashes = await checkpoints.readNodes(shard, nodesOf({ from: 0, to: frames }));
  return sameHash(foldNodes(hashes), root);
}

function treeOf(source: TreeSource, range: CompactRange, stored: Frame | null): FrameTree {
  const { shard, store, checkpoints } = source;
  let last = stored;
  return {
    size: range.size,
    last: () => last,
    root: range.root,
    async catchUp(mayGoOn) {
      while (mayGoOn()) {
        const frames = await store.readFrames(shard, last?.firstPosition ?? 0n, PAGE_FRAMES);
        const nodes: TreeNode[] = [];
        for (const frame of frames) {
          assertFollows(frame, last);
          for (const node of range.append(frame.hash)) {
            nodes.push({ ...node, firstPosition: frame.firstPosition });
          }
          last = frame;
        }
        await checkpoints.addNodes(shard, nodes);
        if (frames.length < PAGE_FRAMES) return;
      }
    },
  };
}

function assertFollows(frame: Frame, before: Frame | null): void {
  const next = before === null ? 1n : before.firstPosition + BigInt(before.count);
  const follows = frame.firstPosition === next &&
    sameHash(frame.previousHash, before?.hash ?? GENESIS_HASH) &&
    sameHash(frame.hash, frameHash(frame));
  if (follows) return;
  throw new LogDamagedError(
    frame.shard,
    frame.firstPosition,
    "the frame does not follow the one before",
  );
}
