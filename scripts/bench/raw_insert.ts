/** The bound that no ledger on this database beats: rows into the event table, nothing else. @module */
import type postgres from "postgres";
import { settlementOf } from "./writer_ledger.ts";

const ROWS_PER_INSERT = 500;

/**
 * Inserts events of the usual size into `ledger.event` for `durationMs`, many rows a statement, two
 * statements under way at a time; returns rows a second. The table must have been migrated.
 */
export async function rawInsert(
  sql: postgres.Sql,
  { durationMs, shard }: { durationMs: number; shard: number },
): Promise<number> {
  let position = 0;
  let rows = 0;
  const startedAt = performance.now();
  const until = startedAt + durationMs;
  await Promise.all([0, 1].map(async () => {
    while (performance.now() < until) {
      const first = position + 1;
      position += ROWS_PER_INSERT;
      await insert(sql, shard, first);
      rows += ROWS_PER_INSERT;
    }
  }));
  return rows / ((performance.now() - startedAt) / 1_000);
}

async function insert(sql: postgres.Sql, shard: number, first: number): Promise<void> {
  const rows = Array.from({ length: ROWS_PER_INSERT }, (_, index) => {
    const requestId = crypto.randomUUID();
    return {
      shard,
      position: first + index,
      stream: "account-bench",
      version: first + index,
      type: "HoldSettled",
      schema_version: 1,
      event_id: crypto.randomUUID(),
      request_id: requestId,
      actor: "edge:bench",
      occurred_at: 1_790_000_000_000,
      recorded_at: 1_790_000_000_000,
      payload: settlementOf(0, requestId),
      hash: new Uint8Array(32),
    };
  });
  await sql`insert into ledger.event ${sql(rows)}`;
}
