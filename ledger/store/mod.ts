/**
 * The event store: the log, its books, outcomes and frames in one schema, on Postgres and PGlite
 * alike.
 *
 * @module
 */
export type {
  AccountBalance,
  AppendResult,
  Batch,
  EventStore,
  Frame,
  NewEvent,
  OpenHold,
  Outcome,
  Ownership,
  Posting,
  ShardHead,
  StoredEvent,
} from "./event_store.ts";
export { createEventStore } from "./store.ts";
export { migrate, type Migration, MIGRATIONS } from "./migrate.ts";
export {
  createPglite,
  databaseOf,
  openPglite,
  openPostgres,
  type PostgresSettings,
} from "./open.ts";
export {
  DataDirInUseError,
  type DataDirLock,
  lockDataDir,
  type LockHolder,
} from "./embedded_lock.ts";
export type { LedgerDatabase, LedgerTables } from "./tables.ts";
