/** What is fixed for a deployment at its creation. @module */
import { sql } from "kysely";
import type { LedgerDatabase } from "../store/mod.ts";

/**
 * Fixes the number of shards (1 to 64) at the first start. Throws at any later start with another
 * number: accounts would be looked for where they are not.
 */
export async function fixShards(database: LedgerDatabase, shards: number): Promise<void> {
  await sql`
    INSERT INTO ledger.deployment (shards) VALUES (${shards}::int) ON CONFLICT DO NOTHING`
    .execute(database);
  const { rows } = await sql<{ shards: number }>`SELECT shards FROM ledger.deployment`
    .execute(database);
  const fixed = rows[0]?.shards;
  if (fixed === shards) return;
  throw new Error(
    `SARGALAY_SHARDS is ${shards}, but this deployment was created with ${fixed}: accounts live in ` +
      `shards by that number for ever, so set SARGALAY_SHARDS=${fixed}`,
  );
}
