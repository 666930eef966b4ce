/** The explanation of a request, straight from the log. @module */
import { sql } from "kysely";
import { decodeEvent, type EventType } from "../../shared/events/mod.ts";
import type { JsonObject } from "../../shared/json.ts";
import type { LogEvent } from "../log/mod.ts";
import { decodeRow, type Queryable, table } from "../table/mod.ts";
import { explain } from "./explanation.ts";

const MOST_EVENTS = 100;

const referenceTable = table({
  name: "explanation_event",
  columns: {
    shard: "count",
    position: "position",
    eventId: "uuid",
    type: "text",
    recordedAtMs: "count",
    schemaVersion: "count",
    payload: "json",
  },
  key: [],
  indexes: [],
});

/** The explanation of a request, or null when the log has no hold of it. */
export async function explainRequest(db: Queryable, requestId: string) {
  // Progress of a long stream would fill the list and changes nothing; the rest is a handful.
  const { rows } = await sql<Record<string, unknown>>`
    select shard, position, event_id as "eventId", type, recorded_at as "recordedAtMs",
      schema_version as "schemaVersion", payload
    from ledger.event
    where request_id = ${requestId} and type not in ('UsageReported', 'HoldExtended')
    order by shard, position limit ${MOST_EVENTS}
  `.execute(db);
  const found = rows.map((row) => decodeRow(referenceTable, row));
  const explained = explain(found.map(({ shard, position, recordedAtMs, ...event }): LogEvent => ({
    shard,
    position,
    recordedAtMs,
    event: decodeEvent({
      type: event.type as EventType,
      schemaVersion: event.schemaVersion,
      payload: event.payload as JsonObject,
    }),
  })));
  if (explained === null) return null;
  return {
    ...explained,
    events: found.map(({ schemaVersion: _version, payload: _payload, ...reference }) => reference),
  };
}
