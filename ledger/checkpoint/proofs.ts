/** Proofs for people outside: that an event is in the log, that one log is the beginning of another. @module */
import type { JsonObject } from "../../shared/json.ts";
import {
  consistencyRanges,
  foldNodes,
  type Hash,
  inclusionProof,
  inclusionRanges,
  type LeafRange,
  nodesOf,
} from "../integrity/mod.ts";
import type { EventStore, Frame, Posting, StoredEvent } from "../store/mod.ts";
import type { CheckpointStore, KeptCheckpoint } from "./checkpoint_store.ts";

/** What proofs are made of. */
export interface ProofSource {
  readonly store: EventStore;
  readonly checkpoints: CheckpointStore;
}

/** A `sargalay.receipt.v1`, or why there is none yet. */
export type InclusionAnswer =
  | { readonly status: "proven"; readonly receipt: JsonObject }
  /** The event is in the log, and no checkpoint covers it yet. */
  | { readonly status: "pending" }
  | { readonly status: "no_such_event" };

/** Proves that the event at a position is in the log of the newest checkpoint. */
export async function proveInclusion(
  source: ProofSource,
  shard: number,
  position: bigint,
): Promise<InclusionAnswer> {
  const { store, checkpoints } = source;
  if (position < 1n) return { status: "no_such_event" };
  const [[event], checkpoint, leaf] = await Promise.all([
    store.readShard(shard, position - 1n, 1),
    checkpoints.newest(shard),
    checkpoints.leafOf(shard, position),
  ]);
  if (event === undefined || event.position !== position) return { status: "no_such_event" };
  if (checkpoint === null || leaf === null || checkpoint.position < position) {
    return { status: "pending" };
  }
  const [[frame], postings, framePath] = await Promise.all([
    store.readFrames(shard, leaf.firstPosition - 1n, 1),
    store.readPostings(shard, position - 1n, 1),
    readPath(source, shard, inclusionRanges(leaf.index, checkpoint.frames)),
  ]);
  if (frame === undefined) throw new Error(`shard ${shard} has lost frame ${leaf.index}`);
  const leaves = await checkpoints.leafHashes(shard, frame.firstPosition, frame.count);
  const eventPath = inclusionProof(leaves, Number(position - frame.firstPosition));
  return {
    status: "proven",
    receipt: {
      format: "sargalay.receipt.v1",
      event: eventJson(event, postings),
      frame: frameJson(frame, leaf.index),
      eventPath: eventPath.map(hex),
      framePath: framePath.map(hex),
      checkpoint: checkpoint.note,
    },
  };
}

/** Proves that the log of the first checkpoint is the beginning of the second's (`from` ≤ `to`). */
export async function proveConsistency(
  source: ProofSource,
  from: KeptCheckpoint,
  to: KeptCheckpoint,
): Promise<JsonObject> {
  const path = await readPath(source, to.shard, consistencyRanges(from.frames, to.frames));
  return {
    format: "sargalay.consistency.v1",
    from: from.note,
    to: to.note,
    path: path.map(hex),
  };
}

/** The roots of some ranges of frames, from the stored full subtrees. */
async function readPath(
  { checkpoints }: ProofSource,
  shard: number,
  ranges: readonly LeafRange[],
): Promise<Hash[]> {
  const nodes = ranges.map(nodesOf);
  const hashes = await checkpoints.readNodes(shard, nodes.flat());
  let at = 0;
  return nodes.map((parts) => foldNodes(hashes.slice(at, at += parts.length)));
}

/** Without the balances after each leg: a leaf does not cover them, and they are others' business. */
function eventJson(event: StoredEvent, postings: readonly Posting[]): JsonObject {
  const { shard, stream, version, type, schemaVersion, eventId, requestId, actor } = event;
  return {
    shard,
    position: Number(event.position),
    stream,
    version,
    type,
    schemaVersion,
    eventId,
    requestId,
    actor,
    occurredAt: event.occurredAtMs,
    recordedAt: event.recordedAtMs,
    payload: event.payload,
    postings: postings.map(({ account, currency, amount }) => ({
      account,
      currency,
      amount: amount.toString(),
    })),
  };
}

function frameJson(frame: Frame, index: number): JsonObject {
  return {
    index,
    firstPosition: Number(frame.firstPosition),
    count: frame.count,
    previousHash: hex(frame.previousHash),
    epoch: Number(frame.epoch),
    recordedAt: frame.recordedAtMs,
  };
}

function hex(hash: Hash): string {
  return hash.toHex();
}
