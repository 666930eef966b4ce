/**
 * An event store without a database, for simulations and tests: it keeps the contract of the real
 * ones, and everything it has goes with its process.
 *
 * @module
 */
export { createMemoryEventStore } from "./store.ts";
export { emptyTables, type MemoryTables, type ShardTables, shardTables } from "./tables.ts";
