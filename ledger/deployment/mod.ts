/** What is fixed for a deployment at its creation. @module */
import { sql } from "kysely";
import type { Random } from "../../shared/effects.ts";
import type { CheckpointStore } from "../checkpoint/mod.ts";
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

/**
 * Fixes what checkpoints call the log at the first start: `given`, or else a name that nobody else
 * has. Returns it. Throws at any later start with another name: it would be another log's.
 */
export async function fixLogName(
  store: Pick<CheckpointStore, "logName">,
  given: string | null,
  random: Random,
): Promise<string> {
  const fixed = await store.logName(given ?? `sargalay-${random.bytes(8).toHex()}`);
  if (given === null || fixed === given) return fixed;
  throw new Error(
    `SARGALAY_LOG_NAME is ${given}, but this deployment's log is called ${fixed} for ever: set that`,
  );
}
