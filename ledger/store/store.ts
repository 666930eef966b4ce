/** The event store on a Kysely database. @module */
import { append } from "./append.ts";
import type { EventStore } from "./event_store.ts";
import { acquire, reclaim, release, renew } from "./lease.ts";
import { createReads } from "./read.ts";
import type { LedgerDatabase } from "./tables.ts";

/** Builds the store; the database must be migrated. It keeps no state of its own. */
export function createEventStore(database: LedgerDatabase): EventStore {
  return {
    ...createReads(database),
    acquire: (request) => acquire(database, request),
    reclaim: (ownership, leaseMs) => reclaim(database, ownership, leaseMs),
    renew: (ownership, leaseMs) => renew(database, ownership, leaseMs),
    release: (ownership) => release(database, ownership),
    append: (batch) => append(database, batch),
  };
}
