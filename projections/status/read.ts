/** Reads how calls went, from the rows of the calls themselves. @module */
import { type RawBuilder, sql } from "kysely";
import { ERROR_CLASSES } from "../../shared/errors.ts";
import type {
  FallbackCounts,
  GatewayStatus,
  ProviderStatus,
  StatusMoment,
} from "../../shared/read_api/mod.ts";
import { ENDED, FAILED, FELL_BACK, spreadOf, TOTAL_MS } from "../requests/mod.ts";
import type { Queryable } from "../table/mod.ts";

/** A part of time, in epoch milliseconds; `toMs` is not in it. */
export interface TimeRange {
  readonly fromMs: number;
  readonly toMs: number;
}

const MOST_PROVIDERS = 100;
const MOST_PATHS = 50;

/** Whose fault a failed attempt was: the codes that are the provider's own. */
const PROVIDER_FAULT = sql.join(
  Object.entries(ERROR_CLASSES).filter(([, { fault }]) => fault === "upstream")
    .map(([code]) => sql.lit(code)),
);

function within({ fromMs, toMs }: TimeRange): RawBuilder<unknown> {
  return sql`t.placed_at_ms >= ${fromMs}::bigint and t.placed_at_ms < ${toMs}::bigint`;
}

/** All calls of a range. */
export async function countCalls(db: Queryable, range: TimeRange): Promise<GatewayStatus["calls"]> {
  const { rows: [counts] } = await sql<GatewayStatus["calls"]>`
    select count(*)::int as requests, count(*) filter (where not ${ENDED})::int as open,
      count(*) filter (where ${FAILED})::int as failed,
      count(*) filter (where (t.call ->> 'simulated')::boolean)::int as simulated
    from projections.requests t where ${within(range)}
  `.execute(db);
  return { ...counts! };
}

/** Moments of `stepMs` each, in order, the empty ones included. */
export async function readSeries(
  db: Queryable,
  range: TimeRange,
  stepMs: number,
): Promise<StatusMoment[]> {
  const { rows } = await sql<StatusMoment & { step: number }>`
    select step, count(*)::int as requests, count(*) filter (where failed)::int as failed,
      count(*) filter (where fell_back)::int as fallbacks,
      percentile_disc(0.5) within group (order by total_ms)::int as "p50Ms",
      percentile_disc(0.95) within group (order by total_ms)::int as "p95Ms"
    from (select ((t.placed_at_ms - ${range.fromMs}::bigint) / ${stepMs}::bigint)::int as step,
        ${FAILED} as failed, ${FELL_BACK} as fell_back, ${TOTAL_MS} as total_ms
      from projections.requests t where ${within(range)}) calls
    group by step
  `.execute(db);
  const known = new Map(rows.map(({ step, ...moment }) => [step, moment]));
  const nothing = { requests: 0, failed: 0, fallbacks: 0, p50Ms: null, p95Ms: null };
  const steps = Math.ceil((range.toMs - range.fromMs) / stepMs);
  return Array.from({ length: steps }, (_, step) => ({
    ...nothing,
    ...known.get(step),
    atMs: range.fromMs + step * stepMs,
  }));
}

/** What was tried at each provider; the most tried first. */
export async function readProviders(
  db: Queryable,
  range: TimeRange,
): Promise<Omit<ProviderStatus, "phase">[]> {
  const { rows } = await sql<Omit<ProviderStatus, "phase" | AtMs> & Record<AtMs, string | null>>`
    select provider, count(*)::int as attempts, count(*) filter (where failed)::int as failures,
      count(*) filter (where served)::int as served,
      max(ended_at_ms) filter (where served)::text as "lastServedAtMs",
      max(ended_at_ms) filter (where failed)::text as "lastFailedAtMs",
      ${spreadOf("served_ms")} as latency
    from (select attempt ->> 'provider' as provider, t.ended_at_ms,
        coalesce(attempt ->> 'errorCode' in (${PROVIDER_FAULT}), false) as failed,
        attempt ->> 'errorCode' is null as served,
        case when attempt ->> 'errorCode' is null
          then (attempt ->> 'durationMs')::int8 end as served_ms
      from projections.requests t
        cross join lateral jsonb_array_elements(t.call -> 'attempts') as attempt
      where ${within(range)} and t.call is not null) attempts
    group by provider order by attempts desc, provider limit ${sql.lit(MOST_PROVIDERS)}
  `.execute(db);
  const timeOf = (text: string | null) => text === null ? null : parseInt(text, 10);
  return rows.map((row) => ({
    ...row,
    lastServedAtMs: timeOf(row.lastServedAtMs),
    lastFailedAtMs: timeOf(row.lastFailedAtMs),
  }));
}

type AtMs = "lastServedAtMs" | "lastFailedAtMs";

/** Calls that more than one attempt was made for. */
export async function countFallbacks(db: Queryable, range: TimeRange): Promise<FallbackCounts> {
  const { rows: [counts] } = await sql<Omit<FallbackCounts, "paths">>`
    select count(*)::int as calls,
      count(*) filter (where t.provider is not null and exists (
        select from jsonb_array_elements(t.call -> 'attempts') as attempt
        where attempt ->> 'errorCode' in (${PROVIDER_FAULT})))::int as rescued,
      count(*) filter (where t.provider is null)::int as exhausted,
      coalesce(sum((select count(*) from jsonb_array_elements(t.call -> 'attempts') as attempt
        where (attempt ->> 'hedged')::boolean)), 0)::int as hedged
    from projections.requests t where ${within(range)} and ${FELL_BACK}
  `.execute(db);
  const { rows: paths } = await sql<FallbackCounts["paths"][number]>`
    select "from", "to", "errorClass", times from (
      select attempt ->> 'provider' as "from", next ->> 'provider' as "to",
        coalesce(attempt ->> 'errorClass', attempt ->> 'errorCode') as "errorClass",
        count(*)::int as times
      from projections.requests t
        cross join lateral jsonb_array_elements(t.call -> 'attempts') with ordinality
          as tried (attempt, number)
        cross join lateral (select t.call -> 'attempts' -> number::int as next) following
      where ${within(range)} and ${FELL_BACK} and next is not null
        and attempt ->> 'errorCode' is not null
      group by 1, 2, 3) paths
    order by times desc, "from", "to", "errorClass" limit ${sql.lit(MOST_PATHS)}
  `.execute(db);
  return { ...counts!, paths: paths.map((path) => ({ ...path })) };
}

/** Who served the calls that ended; the most first. */
export async function readFinalProviders(
  db: Queryable,
  range: TimeRange,
): Promise<GatewayStatus["finalProviders"]> {
  const { rows } = await sql<GatewayStatus["finalProviders"][number]>`
    select provider, requests from (
      select coalesce(t.provider, 'none') as provider, count(*)::int as requests
      from projections.requests t where ${within(range)} and ${ENDED} group by 1) served
    order by requests desc, provider limit ${sql.lit(MOST_PROVIDERS)}
  `.execute(db);
  return rows.map((row) => ({ ...row }));
}
