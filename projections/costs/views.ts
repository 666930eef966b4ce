/**
 * The SQL views of the schema `reports`: the sums that the read API gives, for whoever reads the
 * database itself. Amounts are microkyat and nanodollars; days are those of Asia/Yangon.
 *
 * A rebuild replaces tables by others of the same name, which no view may stand in the way of. So
 * views select from functions, whose text names the tables; the planner puts it in their place.
 *
 * @module
 */
import { sql } from "kysely";
import { USAGE_CLASSES } from "../../shared/usage/mod.ts";
import type { Queryable } from "../table/mod.ts";

const SUMS = `sum(requests)::int8 as requests, sum(charged_micro_kyat) as charged_micro_kyat,
  sum(unbilled_micro_kyat) as unbilled_micro_kyat, sum(cost_nano_usd) as cost_nano_usd`;
const UNITS = USAGE_CLASSES.map((name) => `sum(usage_${name})::int8 as usage_${name}`).join(", ");

type ColumnList = readonly (readonly [name: string, type: string])[];

const DAILY_COLUMNS: ColumnList = [
  ["day", "date"],
  ["account_id", "text"],
  ["key_id", "text"],
  ["model", "text"],
  ["provider", "text"],
  ["requests", "int8"],
  ["charged_micro_kyat", "numeric"],
  ["unbilled_micro_kyat", "numeric"],
  ["cost_nano_usd", "numeric"],
  ...USAGE_CLASSES.map((name) => [`usage_${name}`, "int8"] as const),
];

const CALL_COLUMNS: ColumnList = [
  ["day", "date"],
  ["account_id", "text"],
  ["key_id", "text"],
  ["model", "text"],
  ["provider", "text"],
  ["modality", "text"],
  ["charged_micro_kyat", "numeric"],
  ["unbilled_micro_kyat", "numeric"],
  ["cost_nano_usd", "numeric"],
  ["total_ms", "int8"],
  ["first_byte_ms", "int8"],
];

const FAILURE_COLUMNS: ColumnList = [
  ["request_id", "uuid"],
  ["scope", "text"],
  ["day", "date"],
  ["hour_ms", "int8"],
  ["account_id", "text"],
  ["key_id", "text"],
  ["model", "text"],
  ["provider", "text"],
  ["error_class", "text"],
];

const by = (dimensions: string) =>
  `select ${dimensions}, ${SUMS} from reports.daily_usage() group by ${dimensions}`;

const durations = (column: string, name: string) =>
  `count(${column}) as ${name}_calls, avg(${column})::int8 as ${name}_mean_ms,
    percentile_disc(0.5) within group (order by ${column}) as ${name}_p50_ms,
    percentile_disc(0.95) within group (order by ${column}) as ${name}_p95_ms,
    max(${column}) as ${name}_max_ms`;

/** The views by name. */
export const COST_VIEWS: Readonly<Record<string, string>> = {
  cost_by_day: by("day"),
  cost_by_model: by("day, model"),
  cost_by_provider: by("day, provider"),
  cost_by_account_key: by("day, account_id, key_id"),
  cost_by_modality: `select day, modality, count(*) as requests,
    sum(charged_micro_kyat) as charged_micro_kyat, sum(unbilled_micro_kyat) as unbilled_micro_kyat,
    sum(cost_nano_usd) as cost_nano_usd
    from reports.ended_calls() group by day, modality`,
  usage_by_model: `select * from (
      select day, model, ${SUMS}, ${UNITS} from reports.daily_usage() group by day, model) used
    left join (
      select day, model, ${durations("total_ms", "latency")},
        ${durations("first_byte_ms", "first_token")}
      from reports.ended_calls() group by day, model) spread using (day, model)`,
  error_patterns: `select day, hour_ms, scope, provider, model, error_class,
    count(*) as failures, count(distinct request_id) as requests
    from reports.call_failures() group by day, hour_ms, scope, provider, model, error_class`,
};

/**
 * Creates the views, anew when their texts have changed. Needs the projections' tables. Safe to run
 * in several processes at once.
 */
export async function prepareViews(db: Queryable): Promise<void> {
  const all = statements();
  await db.transaction().execute(async (tx) => {
    await sql`select pg_advisory_xact_lock(${LOCK_ID}::bigint)`.execute(tx);
    const { rows } = await sql<{ digest: string; present: string | null }>`
      select md5(${all.join(";")}::text) as digest, (
        select obj_description(oid, 'pg_namespace') from pg_namespace where nspname = 'reports'
      ) as present
    `.execute(tx);
    const { digest, present } = rows[0]!;
    if (present === digest) return;
    for (const statement of all) await sql.raw(statement).execute(tx);
    await sql.raw(`comment on schema reports is '${digest}'`).execute(tx);
  });
}

/** Serialises processes that start at once; any number that nobody else locks. */
const LOCK_ID = 7_305_202;

function statements(): string[] {
  return [
    "set local client_min_messages = warning",
    // A table may still have an older version's shape until it is rebuilt.
    "set local check_function_bodies = off",
    "drop schema if exists reports cascade",
    "create schema reports",
    rowsOf("daily_usage", DAILY_COLUMNS),
    rowsOf("ended_calls", CALL_COLUMNS),
    rowsOf("call_failures", FAILURE_COLUMNS),
    ...Object.entries(COST_VIEWS).map(([name, text]) => `create view reports.${name} as ${text}`),
  ];
}

function rowsOf(name: string, columns: ColumnList): string {
  const types = columns.map(([column, type]) => `${column} ${type}`).join(", ");
  const list = columns.map(([column]) => column).join(", ");
  return `create function reports.${name}() returns table (${types}) language sql stable as
    $$ select ${list} from projections.${name} $$`;
}
