/** Where checkpoints are kept outside the database. @module */
import type { KeptCheckpoint } from "../checkpoint_store.ts";
import type { Checkpoint } from "../note.ts";

/** A place that keeps at least the newest checkpoint of each shard. Its calls may reject. */
export interface CheckpointPlace {
  /** For people, such as `directory .data/checkpoints`. */
  readonly name: string;
  /**
   * Resolves once the checkpoint would outlive a crash, or one of the same log that has as many
   * frames or more is there. `isOfLog` says whether the shard's tree has what a checkpoint says:
   * where the place has one that it has not, both are kept and it rejects.
   */
  write(
    checkpoint: KeptCheckpoint,
    isOfLog: (before: Checkpoint) => Promise<boolean>,
  ): Promise<void>;
  /** The newest notes of a shard, as they are kept, at most 64; none when it has none. */
  readNewest(shard: number): Promise<readonly string[]>;
}
