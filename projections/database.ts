/** The projections' connections to PostgreSQL. @module */
import { Kysely } from "kysely";
import postgres from "postgres";
import { createPoolDialect } from "../shared/postgres/mod.ts";

/** How long a statement of the room's own work may take, in milliseconds. */
const WORK_TIMEOUT_MS = 120_000;
/** How long a statement that answers a reader may take, in milliseconds. */
export const READ_TIMEOUT_MS = 10_000;

/**
 * A pool of at most `maxConnections` to a connection string; int8 is read as bigint. It connects
 * again by itself after the server was away: queries reject meanwhile, and nothing else happens.
 * A statement that takes longer than `timeoutMs` is cancelled.
 */
export function openDatabase(
  url: string,
  maxConnections: number,
  timeoutMs = WORK_TIMEOUT_MS,
): Kysely<unknown> {
  const client = postgres(url, {
    max: maxConnections,
    connect_timeout: 5,
    backoff: () => 0.2,
    fetch_types: false,
    types: { bigint: postgres.BigInt },
    onnotice: () => {},
    connection: {
      application_name: "sargalay-projections",
      statement_timeout: timeoutMs,
      // Rows and checkpoint go together; what a power loss takes back is applied again from the log.
      synchronous_commit: "off",
    },
  });
  return new Kysely<unknown>({ dialect: createPoolDialect(client) });
}
