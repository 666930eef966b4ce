/** The ledger's log as the projections read it. @module */
export {
  createLogReader,
  type LogBatch,
  type LogEvent,
  type LogFailure,
  type LogRange,
  type LogReader,
} from "./reader.ts";
export { readRange, requireKnown, within } from "./range.ts";
export { headOf, isMissingTable } from "./head.ts";
export { requireShards } from "./shards.ts";
