/** Reads what failed, by hour, provider, model and error class. @module */
import { sql } from "kysely";
import { z } from "zod";
import { identifierSchema } from "../../shared/ids/mod.ts";
import { errorPatternRowSchema, pageSchema } from "../../shared/read_api/mod.ts";
import { listQuery, pageOf, type ReadRoute, readRoute } from "../http/mod.ts";
import { decodeRow, table } from "../table/mod.ts";
import { conditionsOf, filterQuery, withDays } from "./filters.ts";

const answerTable = table({
  name: "error_pattern_answer",
  columns: {
    hourMs: "count",
    scope: "text",
    provider: "text",
    model: "text",
    errorClass: "text",
    failures: "count",
    requests: "count",
  },
  key: [],
  indexes: [],
});

const text = z.string().max(128);

/** GET /v1/costs/errors. */
export const errorPatternsRoute: ReadRoute = readRoute({
  path: "/v1/costs/errors",
  permission: "usage:read",
  summary: "Failures by hour, provider, model and error class; the newest hour first.",
  scope: "query",
  reads: ["ended_calls"],
  query: withDays(z.object({
    ...filterQuery,
    error: identifierSchema.optional(),
    ...listQuery([z.number().int(), text, text, text, text]),
  })),
  answer: pageSchema(errorPatternRowSchema),
  async handle({ accountId, query: { limit, cursor, error, ...filters } }, { db, effects }) {
    const where = conditionsOf(accountId, filters, effects.clock.nowMs());
    const { rows } = await sql<Record<string, unknown>>`
      select hour_ms as "hourMs", scope, provider, model, error_class as "errorClass",
        count(*) as failures, count(distinct request_id) as requests
      from reports.call_failures() t
      where ${where} ${error === undefined ? sql`` : sql`and error_class = ${error}`}
        ${after(cursor)}
      group by hour_ms, scope, provider, model, error_class
      order by hour_ms desc, ${KEY} limit ${limit + 1}
    `.execute(db);
    return pageOf(
      rows.map((row) => decodeRow(answerTable, row)),
      limit,
      (row) => [row.hourMs, row.scope, row.provider, row.model, row.errorClass],
      (row) => row,
    );
  },
});

const KEY = sql.raw(
  ["scope", "provider", "model", "error_class"]
    .map((name) => `${name} collate "C"`).join(", "),
);

function after(cursor: [number, string, string, string, string] | undefined) {
  if (cursor === undefined) return sql``;
  const [hourMs, ...rest] = cursor;
  return sql`and (hour_ms < ${hourMs}::int8
    or hour_ms = ${hourMs}::int8 and (${KEY}) > (${sql.join(rest)}))`;
}
