/** Sums of calls. @module */
import { type RawBuilder, sql } from "kysely";
import { z } from "zod";
import {
  itemSchema,
  type RequestSummary,
  requestSummarySchema,
} from "../../shared/read_api/mod.ts";
import { invalidParameter, type ReadRoute, readRoute } from "../http/mod.ts";
import type { Queryable } from "../table/mod.ts";
import { requestConditions, requestFilters } from "./filters.ts";
import { ENDED, FAILED, FELL_BACK, OUTCOME, spreadOf, TOTAL_MS } from "./measures.ts";

const DAY_MS = 86_400_000;
const LONGEST_DAYS = 92;
const MOST_NAMES = 50;

/** GET /v1/requests/summary. */
export const requestSummaryRoute: ReadRoute = readRoute({
  path: "/v1/requests/summary",
  permission: "request:read",
  summary: "Calls summed up: usage, cost, latency, and how they ended.",
  scope: "query",
  reads: ["requests"],
  query: z.object(requestFilters),
  answer: itemSchema(requestSummarySchema),
  async handle({ accountId, query: { account: _, ...query } }, { db, effects }) {
    const toMs = query.to ?? Math.max(effects.clock.nowMs(), query.from ?? 0) + 1;
    const fromMs = query.from ?? Math.max(0, toMs - DAY_MS);
    if (fromMs >= toMs) return invalidParameter("from", "expected a time before `to`");
    if (toMs - fromMs > LONGEST_DAYS * DAY_MS) {
      return invalidParameter("from", `expected at most ${LONGEST_DAYS} days`);
    }
    const conditions = requestConditions(accountId, { ...query, from: fromMs, to: toMs });
    return { item: await summaryOf(db, { fromMs, toMs }, sql.join(conditions, sql` and `)) };
  },
});

async function summaryOf(
  db: Queryable,
  range: { readonly fromMs: number; readonly toMs: number },
  where: RawBuilder<unknown>,
): Promise<RequestSummary> {
  const { rows: [sums] } = await sql<Sums>`
    select count(*)::int as requests, count(*) filter (where not ended)::int as open,
      count(*) filter (where failed)::int as failed,
      count(*) filter (where fell_back)::int as fallbacks,
      coalesce(sum(charged), 0)::text as charged, coalesce(sum(unbilled), 0)::text as unbilled,
      coalesce(sum(cost), 0)::text as cost, ${spreadOf("total_ms")} as latency,
      ${spreadOf("first_byte_ms")} as "timeToFirstByte"
    from (select ${ENDED} as ended, ${FAILED} as failed, ${FELL_BACK} as fell_back,
        t.charged_micro_kyat as charged, t.unbilled_micro_kyat as unbilled,
        t.cost_nano_usd as cost, ${TOTAL_MS} as total_ms,
        (t.call ->> 'firstByteMs')::int8 as first_byte_ms
      from projections.requests t where ${where}) calls
  `.execute(db);
  const { charged, unbilled, cost, ...counts } = sums!;
  return {
    ...range,
    ...counts,
    usage: await usageOf(db, where),
    chargedMicroKyat: charged,
    unbilledMicroKyat: unbilled,
    costNanoUsd: cost,
    states: await sharesOf(db, sql`t.state`, where),
    models: await sharesOf(db, sql`t.model`, where),
    providers: await sharesOf(db, sql`coalesce(t.provider, 'none')`, sql`${where} and ${ENDED}`),
    errors: await sharesOf(db, OUTCOME, sql`${where} and ${FAILED}`),
  };
}

type Counted = "requests" | "open" | "failed" | "fallbacks" | "latency" | "timeToFirstByte";

interface Sums extends Pick<RequestSummary, Counted> {
  readonly charged: string;
  readonly unbilled: string;
  readonly cost: string;
}

async function usageOf(db: Queryable, where: RawBuilder<unknown>) {
  const { rows } = await sql<{ name: string; units: string }>`
    select used.key as name, sum(used.value::int8)::text as units
    from projections.requests t cross join lateral jsonb_each_text(t.usage) used
    where ${where} and t.usage is not null and ${ENDED} group by used.key
  `.execute(db);
  return Object.fromEntries(
    rows.map(({ name, units }) => [name, parseInt(units, 10)] as const)
      .filter(([, units]) => units > 0),
  );
}

/** How many calls each value of an expression has; the most frequent first. */
async function sharesOf(
  db: Queryable,
  name: RawBuilder<unknown>,
  where: RawBuilder<unknown>,
): Promise<RequestSummary["states"]> {
  const { rows } = await sql<RequestSummary["states"][number]>`
    select name, requests from (
      select ${name} as name, count(*)::int as requests from projections.requests t
      where ${where} group by 1) counted
    order by requests desc, name collate "C" limit ${sql.lit(MOST_NAMES)}
  `.execute(db);
  return rows.map((row) => ({ ...row }));
}
