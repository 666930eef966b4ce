/** Where checkpoints are kept outside the database. @module */
import type { KeptCheckpoint } from "../checkpoint_store.ts";

/** A place that keeps at least the newest checkpoint of each shard. Its calls may reject. */
export interface CheckpointPlace {
  /** For people, such as `directory .data/checkpoints`. */
  readonly name: string;
  /** Resolves once the checkpoint would outlive a crash; an older one than it has changes nothing. */
  write(checkpoint: KeptCheckpoint): Promise<void>;
  /** The newest notes of a shard, as they are kept, at most 64; none when it has none. */
  readNewest(shard: number): Promise<readonly string[]>;
}
