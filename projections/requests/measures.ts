/** What sums of calls say of a row `t` of `projections.requests`, in SQL. @module */
import { type RawBuilder, sql } from "kysely";

/** Whether the hold has ended. */
export const ENDED = sql.raw(`t.state <> 'held'`);

/** How it ended; an expired hold tells nothing of its call. */
export const OUTCOME = sql.raw(
  `case when t.state = 'expired' or t.call is null or t.call ->> 'outcome' = 'unknown'
    then 'hold_expired' else t.call ->> 'outcome' end`,
);

/** Ended otherwise than completed, and not by the client's going away. */
export const FAILED: RawBuilder<boolean> =
  sql`(${ENDED} and ${OUTCOME} not in ('completed', 'client_gone'))`;

/** Whether more than one attempt was made. */
export const FELL_BACK = sql.raw(
  `coalesce(jsonb_array_length(t.call -> 'attempts') > 1, false)`,
);

/** The duration of a call that is known, in milliseconds; else null. */
export const TOTAL_MS = sql.raw(
  `case when t.call ->> 'outcome' <> 'unknown' then (t.call ->> 'totalMs')::int8 end`,
);

/** The spread of a column of durations as `durationsSchema` has it; null without any. */
export function spreadOf(column: string): RawBuilder<unknown> {
  const at = (share: string) => `percentile_disc(${share}) within group (order by ${column})`;
  return sql.raw(`case when count(${column}) = 0 then null else jsonb_build_object(
    'calls', count(${column}), 'meanMs', avg(${column})::int8, 'p50Ms', ${at("0.5")},
    'p95Ms', ${at("0.95")}, 'p99Ms', ${at("0.99")}, 'maxMs', max(${column})) end`);
}
