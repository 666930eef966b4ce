/** Every row of the projections, for exact comparison. @module */
import { type Kysely, sql } from "kysely";

/** The tables of the projections; a test fails when one is missing here. */
export const PROJECTION_TABLES = [
  "admin_actions",
  "admin_subjects",
  "alert_acknowledgements",
  "alert_call_minutes",
  "alert_provider_minutes",
  "alert_rules",
  "balances",
  "budgets",
  "call_failures",
  "daily_usage",
  "daily_usage_calls",
  "ended_calls",
  "event_index",
  "keys",
  "plan_assignments",
  "plans",
  "prices",
  "rates",
  "requests",
] as const;

/** Each table's rows as JSON text, sorted. */
export async function allRows(
  db: Kysely<unknown>,
  schema = "projections",
): Promise<Record<string, string[]>> {
  const dump: Record<string, string[]> = {};
  for (const name of PROJECTION_TABLES) {
    const { rows } = await sql<{ row: string }>`
      select to_jsonb(t)::text as row from ${sql.raw(`${schema}.${name}`)} t order by 1
    `.execute(db);
    dump[name] = rows.map(({ row }) => row);
  }
  return dump;
}
