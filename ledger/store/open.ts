/** Opening the ledger's database; only a compose.ts calls these. @module */
import { PGlite, types } from "@electric-sql/pglite";
import { Kysely, PGliteDialect } from "kysely";
import { PostgresJSDialect } from "kysely-postgres-js";
import postgres from "postgres";
import { withLateReservation } from "./late_reservation.ts";
import { migrate } from "./migrate.ts";
import type { LedgerDatabase, LedgerTables } from "./tables.ts";

/** Limits of a connection to Postgres. */
export interface PostgresSettings {
  /** Most connections at a time; 4 when absent: the writer uses one, reads the others. */
  readonly maxConnections?: number;
  /** After how long a connection attempt fails; 5 s when absent. */
  readonly connectTimeoutSeconds?: number;
  /** After how long the server gives a statement up; 30 s when absent. */
  readonly statementTimeoutMs?: number;
}

/** Connects to PostgreSQL 15 or newer at a connection string, and migrates. */
export async function openPostgres(
  url: string,
  settings: PostgresSettings = {},
): Promise<LedgerDatabase> {
  const client = postgres(url, {
    max: settings.maxConnections ?? 4,
    connect_timeout: settings.connectTimeoutSeconds ?? 5,
    // Soon again after the server was away, whatever the count of attempts.
    backoff: () => 0.2,
    onnotice: () => {},
    // Nothing here needs array types, and postgres.js leaves the error of that query to nobody.
    fetch_types: false,
    types: { bigint: postgres.BigInt },
    connection: {
      application_name: "sargalay-ledger",
      // Whatever the server's default: what was acknowledged must be there after a crash.
      synchronous_commit: "on",
      statement_timeout: settings.statementTimeoutMs ?? 30_000,
    },
  });
  return await migrated(
    new Kysely<LedgerTables>({
      dialect: new PostgresJSDialect({ postgres: withLateReservation(client) }),
    }),
  );
}

/**
 * Opens a PGlite data folder, or a database in memory when null, and migrates. The caller holds the
 * folder's lock (see lockDataDir): two openers would lose each other's rows. Survives kill -9, not
 * power loss.
 */
export async function openPglite(
  dataDir: string | null,
  settings: { readonly loadDataDir?: Blob } = {},
): Promise<LedgerDatabase> {
  return await migrated(databaseOf(await createPglite(dataDir, settings)));
}

/** A PGlite with the parsers that the ledger needs, for a process whose rooms share one. */
export async function createPglite(
  dataDir: string | null,
  settings: { readonly loadDataDir?: Blob } = {},
): Promise<PGlite> {
  return await PGlite.create({
    ...(dataDir === null ? {} : { dataDir }),
    ...(settings.loadDataDir === undefined ? {} : { loadDataDir: settings.loadDataDir }),
    parsers: { [types.INT8]: (text: string) => BigInt(text) },
  });
}

/** The ledger's database on a PGlite that is open already; not migrated yet. */
export function databaseOf(pglite: PGlite): LedgerDatabase {
  return new Kysely<LedgerTables>({ dialect: new PGliteDialect({ pglite }) });
}

async function migrated(database: LedgerDatabase): Promise<LedgerDatabase> {
  try {
    await migrate(database);
    return database;
  } catch (error) {
    await database.destroy();
    throw error;
  }
}
