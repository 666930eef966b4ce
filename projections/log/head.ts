/** How long the log is. @module */
import { sql } from "kysely";
import type { Queryable } from "../table/mod.ts";

/** The last position of a shard; 0 when it has no event, or the ledger has no tables yet. */
export async function headOf(db: Queryable, shard: number): Promise<bigint> {
  try {
    const { rows } = await sql<{ head: bigint | string | null }>`
      select max(position) as head from ledger.event where shard = ${shard}
    `.execute(db);
    return BigInt(rows[0]?.head ?? 0);
  } catch (error) {
    if (isMissingTable(error)) return 0n;
    throw error;
  }
}

/** Whether the ledger has not created its tables yet. */
export function isMissingTable(error: unknown): boolean {
  const code = error instanceof Error && "code" in error ? error.code : null;
  return code === "42P01" || code === "3F000";
}
