/** Numbered migrations, safe when several processes start at once. @module */
import { sql } from "kysely";
import { eventLog } from "./migrations/0001_event_log.ts";
import { deployment } from "./migrations/0002_deployment.ts";
import { checkpoints } from "./migrations/0003_checkpoints.ts";
import { append } from "./migrations/0004_append.ts";
import type { LedgerDatabase } from "./tables.ts";

/** One step of the schema; never changed once released. */
export interface Migration {
  /** From 1, without gaps. */
  readonly number: number;
  readonly name: string;
  readonly statements: readonly string[];
}

/** All migrations in order. */
export const MIGRATIONS: readonly Migration[] = [eventLog, deployment, checkpoints, append];

/** Any constant that nobody else in this database locks; the letters "ledger" in ASCII. */
const LOCK = 0x6c6564676572n;

/**
 * Brings the schema `ledger` up to date, in one transaction under an advisory lock: whoever comes
 * second waits and finds nothing to do. Returns how many migrations it applied. Throws when the
 * database knows a migration that this program does not, which means that a newer one was here.
 */
export async function migrate(
  database: LedgerDatabase,
  migrations: readonly Migration[] = MIGRATIONS,
): Promise<number> {
  return await database.transaction().execute(async (transaction) => {
    await sql`SELECT pg_advisory_xact_lock(${LOCK}::int8)`.execute(transaction);
    await sql`SET LOCAL client_min_messages = warning`.execute(transaction);
    await sql`CREATE SCHEMA IF NOT EXISTS ledger`.execute(transaction);
    await sql`CREATE TABLE IF NOT EXISTS ledger.migration (
      number int PRIMARY KEY, name text NOT NULL,
      applied_at timestamptz NOT NULL DEFAULT now())`.execute(transaction);
    const known = await transaction.selectFrom("ledger.migration").select(["number", "name"])
      .orderBy("number").execute();
    for (const { number, name } of known) {
      if (migrations[number - 1]?.name === name) continue;
      throw new Error(
        `the database has migration ${number} (${name}), which this version does not know: ` +
          "start the version that made it, or a newer one",
      );
    }
    const missing = migrations.slice(known.length);
    for (const { number, name, statements } of missing) {
      for (const statement of statements) await sql.raw(statement).execute(transaction);
      await transaction.insertInto("ledger.migration").values({ number, name }).execute();
    }
    return missing.length;
  });
}
