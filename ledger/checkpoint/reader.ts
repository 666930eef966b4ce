/** What anybody may read of checkpoints: notes, keys, and proofs between them. @module */
import { decodeEvent } from "../../shared/events/mod.ts";
import type { JsonObject } from "../../shared/json.ts";
import type { KeptCheckpoint } from "./checkpoint_store.ts";
import { originOf } from "./note.ts";
import {
  type InclusionAnswer,
  type ProofSource,
  proveConsistency,
  proveInclusion,
} from "./proofs.ts";
import { emptySigning, evolveSigning, wrongOfKeySet } from "./signing.ts";

/** Reads of all shards; every one of them is bounded. They reject when the database is away. */
export interface CheckpointReader {
  readonly shards: number;
  origin(shard: number): string;
  /** Null before the first. */
  newest(shard: number): Promise<KeptCheckpoint | null>;
  ofFrames(shard: number, frames: number): Promise<KeptCheckpoint | null>;
  /** Of more than `afterFrames` frames, fewest first; `limit` 1 to 1,000. */
  page(shard: number, afterFrames: number, limit: number): Promise<KeptCheckpoint[]>;
  /** A `sargalay.consistency.v1`; `from` has no more frames than `to`. */
  consistency(from: KeptCheckpoint, to: KeptCheckpoint): Promise<JsonObject>;
  inclusion(shard: number, position: bigint): Promise<InclusionAnswer>;
  /**
   * Each key that was put in force, oldest first, at most 1,000, with the position of its event. One
   * that the key before it has not endorsed is left out, as verifiers refuse it.
   */
  keys(shard: number): Promise<JsonObject[]>;
}

const MOST_KEYS = 1_000;

/** Builds the reader of a log that is called `logName`. */
export function createCheckpointReader(
  source: ProofSource & { readonly logName: string; readonly shards: number },
): CheckpointReader {
  const { store, checkpoints, logName, shards } = source;
  return {
    shards,
    origin: (shard) => originOf(logName, shard),
    newest: checkpoints.newest,
    ofFrames: checkpoints.ofFrames,
    page: checkpoints.page,
    consistency: (from, to) => proveConsistency(source, from, to),
    inclusion: (shard, position) => proveInclusion(source, shard, position),
    async keys(shard) {
      const stream = "integrity-checkpoint";
      const events = await store.readStream({ shard, stream, fromVersion: 1, limit: MOST_KEYS });
      const chain = emptySigning();
      return events.flatMap((recorded) => {
        const event = decodeEvent(recorded);
        if (event.type !== "SigningKeySet") return [];
        if (event.payload.keyName !== originOf(logName, shard)) return [];
        if (wrongOfKeySet(chain, event.payload) !== null) return [];
        const { position, recordedAtMs } = recorded;
        evolveSigning(chain, event, position);
        return [{ ...event.payload, position: position.toString(), recordedAtMs }];
      });
    },
  };
}
