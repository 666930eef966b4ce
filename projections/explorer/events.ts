/** The log as it stands, for auditors. @module */
import { sql } from "kysely";
import { z } from "zod";
import { accountIdSchema, shardOf } from "../../shared/ids/mod.ts";
import { eventRowSchema, pageSchema } from "../../shared/read_api/mod.ts";
import { listQuery, pageOf, type ReadRoute, readRoute } from "../http/mod.ts";
import { decodeRow, table } from "../table/mod.ts";

const positionSchema = z.string().regex(/^\d{1,18}$/, "expected a log position");

const answerTable = table({
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

/** GET /v1/events. The hash of a key is left out: nobody needs it to read the log. */
export const eventRoute: ReadRoute = readRoute({
  path: "/v1/events",
  permission: "ledger:read",
  summary: "Events of the log, oldest first: of an account's stream, or of a whole shard.",
  scope: "query",
  reads: [],
  query: z.object({
    account: accountIdSchema.optional(),
    shard: z.string().regex(/^\d{1,2}$/, "expected a shard").optional(),
    after: positionSchema.default("0"),
    ...listQuery([positionSchema, z.number().int().min(0)]),
  }),
  answer: pageSchema(eventRowSchema),
  async handle({ accountId, query }, { db, shards }) {
    const { limit, cursor } = query;
    const shard = accountId === null
      ? parseInt(query.shard ?? "0", 10)
      : shardOf(accountId, shards);
    const [after, version] = cursor ?? [query.after, 0];
    // The stream's own index goes by version, so a cursor says where in the stream it stands.
    const place = accountId === null
      ? sql`order by position`
      : sql`and stream = ${`account-${accountId}`} and version > ${version} order by version`;
    const { rows } = await sql<Record<string, unknown>>`
      select shard, position, stream, version, type, schema_version as "schemaVersion",
        event_id as "eventId", request_id as "requestId", actor, occurred_at as "occurredAtMs",
        recorded_at as "recordedAtMs", payload - 'keyHash' as payload
      from ledger.event
      where shard = ${shard} and position > ${after}::bigint ${place} limit ${limit + 1}
    `.execute(db);
    return pageOf(
      rows.map((row) => decodeRow(answerTable, row)),
      limit,
      (row) => [row.position.toString(), row.version],
      (row) => row,
    );
  },
});
