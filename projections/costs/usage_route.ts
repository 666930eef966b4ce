/** Reads what each model used and how fast it answered. @module */
import { sql } from "kysely";
import { z } from "zod";
import { modelUsageRowSchema, pageSchema } from "../../shared/read_api/mod.ts";
import { USAGE_CLASSES } from "../../shared/usage/mod.ts";
import { listQuery, pageOf, type ReadRoute, readRoute } from "../http/mod.ts";
import { decodeRow, table } from "../table/mod.ts";
import { conditionsOf, filterQuery, withDays } from "./filters.ts";

const answerTable = table({
  name: "model_usage_answer",
  columns: {
    day: "text?",
    model: "text",
    requests: "count",
    usage: "json",
    chargedMicroKyat: "amount",
    unbilledMicroKyat: "amount",
    costNanoUsd: "amount",
    latency: "json?",
    timeToFirstToken: "json?",
  },
  key: [],
  indexes: [],
});

const text = z.string().max(128);

/** GET /v1/costs/usage-by-model. */
export const usageByModelRoute: ReadRoute = readRoute({
  path: "/v1/costs/usage-by-model",
  permission: "usage:read",
  summary: "What each model used by class, its latency and its time to first token.",
  scope: "query",
  reads: ["daily_usage", "ended_calls"],
  query: withDays(z.object({
    ...filterQuery,
    daily: z.enum(["true", "false"]).default("false"),
    ...listQuery([text, text]),
  })),
  answer: pageSchema(modelUsageRowSchema),
  async handle({ accountId, query: { limit, cursor, daily, ...filters } }, { db, effects }) {
    const where = conditionsOf(accountId, filters, effects.clock.nowMs());
    const day = sql.raw(daily === "true" ? "t.day::text" : "''::text");
    const { rows } = await sql<Record<string, unknown>>`
      select nullif(day, '') as day, model, requests, usage,
        charged_micro_kyat as "chargedMicroKyat", unbilled_micro_kyat as "unbilledMicroKyat",
        cost_nano_usd as "costNanoUsd", latency, first_token as "timeToFirstToken"
      from (
        select ${day} as day, model, sum(requests)::int8 as requests, ${USAGE} as usage,
          sum(charged_micro_kyat) as charged_micro_kyat,
          sum(unbilled_micro_kyat) as unbilled_micro_kyat, sum(cost_nano_usd) as cost_nano_usd
        from reports.daily_usage() t where ${where} group by 1, model
        having sum(requests) > 0) used
      left join (
        select ${day} as day, model, ${spread("total_ms")} as latency,
          ${spread("first_byte_ms")} as first_token
        from reports.ended_calls() t where ${where} group by 1, model) speed using (day, model)
      ${cursor === undefined ? sql`` : sql`where (${KEY}) > (${sql.join(cursor)})`}
      order by ${KEY} limit ${limit + 1}
    `.execute(db);
    return pageOf(
      rows.map((row) => decodeRow(answerTable, row)),
      limit,
      (row) => [row.day ?? "", row.model],
      (row) => row,
    );
  },
});

const KEY = sql.raw(`day collate "C", model collate "C"`);

const UNITS = USAGE_CLASSES.map((name) => `'${name}', nullif(sum(usage_${name}), 0)::int8`);
const USAGE = sql.raw(`jsonb_strip_nulls(jsonb_build_object(${UNITS.join(", ")}))`);

function spread(column: string) {
  const at = (share: string) => `percentile_disc(${share}) within group (order by ${column})`;
  return sql.raw(`case when count(${column}) = 0 then null else jsonb_build_object(
    'calls', count(${column}), 'meanMs', avg(${column})::int8, 'p50Ms', ${at("0.5")},
    'p95Ms', ${at("0.95")}, 'p99Ms', ${at("0.99")}, 'maxMs', max(${column})) end`);
}
