/** Reads a range of the log for a rebuild: whole, or only the types that matter to it. @module */
import { type RawBuilder, sql } from "kysely";
import { eventSchemas, type EventType } from "../../shared/events/mod.ts";
import type { Queryable } from "../table/mod.ts";
import { decodeRow, type LogBatch, type LogEvent, type LogRange, type RawEvent } from "./reader.ts";

/**
 * The events of a range that ends at or before the log's end, which are of one of `types` (all when
 * absent) and fulfil `where` on the table `e`. An event of an unknown type or schema version is
 * never left out: it becomes the batch's failure, as does a gap anywhere in the range.
 */
export async function readRange(
  db: Queryable,
  range: LogRange,
  only: { readonly types?: readonly EventType[]; readonly where?: RawBuilder<unknown> } = {},
): Promise<LogBatch> {
  const { types, where } = only;
  const { rows } = await sql<RawEvent>`
    select position, type, schema_version as "schemaVersion", recorded_at as "recordedAt", payload
    from ledger.event e
    where ${within(range)} and (
      ${types === undefined ? sql`true` : sql`type in (${sql.join(types)})`}
      and ${where ?? sql`true`} or ${UNKNOWN})
    order by position
  `.execute(db);
  const events: LogEvent[] = [];
  for (const row of rows) {
    const decoded = decodeRow(range.shard, row);
    if ("message" in decoded) return { events, failure: decoded };
    events.push(decoded);
  }
  return { events, failure: await gapIn(db, range) };
}

/** Throws unless the range has every position, each an event of a known type and version. */
export async function requireKnown(db: Queryable, range: LogRange): Promise<void> {
  const { rows } = await sql<{ type: string; schemaVersion: number; events: bigint | string }>`
    select type, schema_version as "schemaVersion", count(*) as events
    from ledger.event where ${within(range)} group by type, schema_version
  `.execute(db);
  const events = rows.reduce((sum, row) => sum + BigInt(row.events), 0n);
  const known = rows.every(({ type, schemaVersion }) =>
    schemaVersion === 1 && Object.hasOwn(eventSchemas, type)
  );
  if (known && events === range.to - range.after) return;
  throw new Error("the range has a gap or an event that is not known");
}

/** The condition on `position` and `shard` that selects a range. */
export function within({ shard, after, to }: LogRange): RawBuilder<unknown> {
  return sql`shard = ${shard} and position > ${after.toString()}::bigint
    and position <= ${to.toString()}::bigint`;
}

const UNKNOWN = sql`(schema_version <> 1 or type not in (${sql.join(Object.keys(eventSchemas))}))`;

async function gapIn(db: Queryable, range: LogRange) {
  const { rows } = await sql<{ events: bigint | string }>`
    select count(*) as events from ledger.event where ${within(range)}
  `.execute(db);
  const missing = range.to - range.after - BigInt(rows[0]!.events);
  if (missing === 0n) return null;
  const message = `the log of shard ${range.shard} lacks ${missing} events between ` +
    `${range.after} and ${range.to}`;
  return { position: range.to, eventType: "", message };
}
