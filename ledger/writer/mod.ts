/**
 * The single writer of a shard: group commit, idempotent outcomes, ownership, expiry.
 *
 * @module
 */
export {
  type Committed,
  type Writer,
  type WriterOptions,
  type WriterRole,
  type WriterStatus,
  WriterUnavailableError,
} from "./options.ts";
export { LogDamagedError } from "./catch_up.ts";
export { createWriter } from "./writer.ts";
