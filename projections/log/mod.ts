/** The ledger's log as the projections read it. @module */
export { createLogReader, type LogBatch, type LogEvent, type LogReader } from "./reader.ts";
export { headOf, isMissingTable } from "./head.ts";
export { requireShards } from "./shards.ts";
