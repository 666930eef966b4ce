/**
 * Checkpoints: the tree over the frames, signed, kept in the database and outside it, and compared
 * with the log before anything is decided. See docs/ledger-format.md and docs/restore.md.
 *
 * @module
 */
export { type Checkpointer, type Checkpointing, createCheckpointer } from "./checkpointer.ts";
export type { CheckpointStore, KeptCheckpoint, TreeLeaf, TreeNode } from "./checkpoint_store.ts";
export { createCheckpointStore } from "./database_store.ts";
export { type CheckpointKeys, readCheckpointKeys } from "./key_in_force.ts";
export type { InclusionAnswer } from "./proofs.ts";
export { proveRequest, type RequestProofs } from "./proven_receipt.ts";
export { type CheckpointReader, createCheckpointReader } from "./reader.ts";
export { createDirectoryPlace } from "./places/directory.ts";
export { createLogCheck, type LogCheck } from "./log_check.ts";
export type { CheckpointPlace } from "./places/place.ts";
export { createStreamPlace } from "./places/stream.ts";
export {
  type Checkpoint,
  checkpointText,
  type NamedKey,
  originOf,
  type ReadNote,
  readNote,
  signCheckpoint,
} from "./note.ts";
export {
  decideSigning,
  emptySigning,
  evolveSigning,
  type KeyInForce,
  type SigningState,
} from "./signing.ts";
