/** Statements over whole tables, which may take as long as they take. @module */
import { sql } from "kysely";
import type { Queryable } from "../table/mod.ts";

/**
 * Runs `work` in a transaction without the time limit that other statements of a connection have:
 * how long an index or a checksum of a large table takes is nobody's mistake.
 */
export async function unhurried<T>(
  db: Queryable,
  work: (tx: Queryable) => Promise<T>,
): Promise<T> {
  return await db.transaction().setIsolationLevel("repeatable read").execute(async (tx) => {
    await sql`set local statement_timeout = 0`.execute(tx);
    return await work(tx);
  });
}
