/** The log as it stands, by filter. @module */
import { sql } from "kysely";
import { z } from "zod";
import { accountIdSchema, requestIdSchema } from "../../shared/ids/mod.ts";
import { eventRowSchema, turnablePageSchema } from "../../shared/read_api/mod.ts";
import { type ReadRoute, readRoute } from "../http/mod.ts";
import { decodeRow, type Queryable, table } from "../table/mod.ts";
import { turn, type Turning, turningQuery, windowOf } from "./turning.ts";

/** What one event is read as; see {@link EVENT_COLUMNS}. */
export const eventTable = table({
  name: "event_answer",
  columns: {
    shard: "count",
    position: "position",
    stream: "text",
    version: "count",
    type: "text",
    schemaVersion: "count",
    eventId: "uuid",
    requestId: "text?",
    actor: "text",
    occurredAtMs: "count",
    recordedAtMs: "count",
    payload: "json",
  },
  key: [],
  indexes: [],
});

/**
 * The columns of `ledger.event e`, without the hash of a key and the envelope of a provider's: nobody
 * needs them to read the log.
 */
export const EVENT_COLUMNS = sql.raw(`e.shard, e.position, e.stream, e.version, e.type,
  e.schema_version as "schemaVersion", e.event_id as "eventId", e.request_id as "requestId", e.actor,
  e.occurred_at as "occurredAtMs", e.recorded_at as "recordedAtMs",
  e.payload - 'keyHash' - 'envelope' as payload`);

const identity = z.string().min(1).max(160);

interface Filters {
  readonly accountId: string | null;
  readonly type?: string | undefined;
  readonly actor?: string | undefined;
  readonly shard?: string | undefined;
}

/** GET /v1/events. */
export const eventsRoute: ReadRoute = readRoute({
  path: "/v1/events",
  permission: "ledger:read",
  summary: "Events of the log by account, type, request, actor and time; newest first unless told.",
  scope: "query",
  reads: ["event_index"],
  query: z.object({
    account: accountIdSchema.optional(),
    type: z.string().regex(/^[A-Za-z]{1,60}$/, "expected the type of an event").optional(),
    request: requestIdSchema.optional(),
    actor: identity.optional(),
    shard: z.string().regex(/^\d{1,2}$/, "expected a shard").optional(),
    ...turningQuery,
  }),
  answer: turnablePageSchema(eventRowSchema),
  async handle({ accountId, query }, { db }) {
    const { type, request, actor, shard, ...turning } = query;
    const filters = { accountId, type, actor, shard };
    const rows = request === undefined
      ? await indexed(db, filters, turning)
      : await ofRequest(db, request, filters, turning);
    return turn(rows, turning, (row) => row);
  },
});

async function indexed(db: Queryable, filters: Filters, turning: Turning) {
  const { rows } = await sql<Record<string, unknown>>`
    select ${EVENT_COLUMNS}
    from (select shard, position from projections.event_index
      ${windowOf(turning, conditionsOf(filters))}) found
    join ledger.event e using (shard, position)
  `.execute(db);
  return rows.map((row) => decodeRow(eventTable, row));
}

/** A request has few events, and the log's own index finds them. */
async function ofRequest(db: Queryable, requestId: string, filters: Filters, turning: Turning) {
  const { rows } = await sql<Record<string, unknown>>`
    select ${EVENT_COLUMNS}
    from (select shard, position from (
        select shard, position, recorded_at as recorded_at_ms, type, actor,
          payload ->> 'accountId' as account_id
        from ledger.event where request_id = ${requestId}
      ) of_request ${windowOf(turning, conditionsOf(filters))}) found
    join ledger.event e using (shard, position)
  `.execute(db);
  return rows.map((row) => decodeRow(eventTable, row));
}

function conditionsOf({ accountId, type, actor, shard }: Filters) {
  return [
    ...(accountId === null ? [] : [sql`account_id = ${accountId}`]),
    ...(type === undefined ? [] : [sql`type = ${type}`]),
    ...(actor === undefined ? [] : [sql`actor = ${actor}`]),
    ...(shard === undefined ? [] : [sql`shard = ${parseInt(shard, 10)}`]),
  ];
}
