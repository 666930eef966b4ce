/** How many shards the log has. @module */
import { sql } from "kysely";
import type { Queryable } from "../table/mod.ts";
import { isMissingTable } from "./head.ts";

/**
 * Throws when the deployment was created with another number of shards than `shards`: accounts would
 * be looked for where they are not. Until the ledger has started once, any number will do.
 */
export async function requireShards(db: Queryable, shards: number): Promise<void> {
  const created = await createdShards(db);
  if (created === null || created === shards) return;
  throw new Error(
    `SARGALAY_SHARDS is ${shards}, but this deployment was created with ${created}: accounts live ` +
      `in shards by that number for ever, so set SARGALAY_SHARDS=${created}`,
  );
}

/** The number that the ledger fixed at its first start, or null before that. */
async function createdShards(db: Queryable): Promise<number | null> {
  try {
    const { rows } = await sql<{ shards: number }>`select shards from ledger.deployment`
      .execute(db);
    return rows[0]?.shards ?? null;
  } catch (error) {
    if (isMissingTable(error)) return null;
    throw error;
  }
}
