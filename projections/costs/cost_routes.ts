/** Reads cost by day, model, provider, account and key, and modality. @module */
import { sql } from "kysely";
import { z } from "zod";
import { costRowSchema, pageSchema } from "../../shared/read_api/mod.ts";
import { listQuery, pageOf, type ReadRoute, readRoute } from "../http/mod.ts";
import { decodeRow, table } from "../table/mod.ts";
import { conditionsOf, filterQuery, withDays } from "./filters.ts";

const DIMENSIONS = ["day", "account_id", "key_id", "model", "provider", "modality"] as const;

type Dimension = (typeof DIMENSIONS)[number];

const answerTable = table({
  name: "cost_answer",
  columns: {
    day: "text?",
    accountId: "text?",
    keyId: "text?",
    model: "text?",
    provider: "text?",
    modality: "text?",
    requests: "count",
    chargedMicroKyat: "amount",
    unbilledMicroKyat: "amount",
    costNanoUsd: "amount",
  },
  key: [],
  indexes: [],
});

/** One cost view; the dimensions besides the day, which `daily` adds. */
interface CostView {
  readonly name: string;
  readonly dimensions: readonly Dimension[];
  readonly summary: string;
  /** What is summed up: one row a day and combination, or one row a call. */
  readonly source: "daily_usage" | "ended_calls";
}

const VIEWS: readonly CostView[] = [
  { name: "by-day", dimensions: ["day"], summary: "Cost by day.", source: "daily_usage" },
  { name: "by-model", dimensions: ["model"], summary: "Cost by model.", source: "daily_usage" },
  {
    name: "by-provider",
    dimensions: ["provider"],
    summary: "Cost by provider.",
    source: "daily_usage",
  },
  {
    name: "by-key",
    dimensions: ["account_id", "key_id"],
    summary: "Cost by account and key.",
    source: "daily_usage",
  },
  {
    name: "by-modality",
    dimensions: ["modality"],
    summary: "Cost by modality.",
    source: "ended_calls",
  },
];

const text = z.string().max(128);

/** The routes of cost. */
export const costRoutes: readonly ReadRoute[] = VIEWS.map((view) =>
  readRoute({
    path: `/v1/costs/${view.name}`,
    permission: "usage:read",
    summary: view.summary,
    scope: "query",
    reads: [view.source],
    query: withDays(z.object({
      ...filterQuery,
      daily: z.enum(["true", "false"]).default("false"),
      ...listQuery([text, text, text, text, text, text]),
    })),
    answer: pageSchema(costRowSchema),
    async handle({ accountId, query: { limit, cursor, daily, ...filters } }, { db, effects }) {
      const grouped = new Set<Dimension>(view.dimensions);
      if (daily === "true") grouped.add("day");
      const where = conditionsOf(accountId, filters, effects.clock.nowMs());
      const { rows } = await sql<Record<string, unknown>>`
        select day, account_id as "accountId", key_id as "keyId", model, provider, modality,
          requests, charged_micro_kyat as "chargedMicroKyat",
          unbilled_micro_kyat as "unbilledMicroKyat", cost_nano_usd as "costNanoUsd"
        from (select ${sql.raw(dimensionsOf(grouped))}, ${sql.raw(SUMS[view.source])}
          from reports.${sql.raw(view.source)}() t where ${where}
          group by ${sql.raw([...grouped].map((name) => `t.${name}`).join(", "))}) summed
        ${cursor === undefined ? sql`` : sql`where (${KEY}) > (${sql.join(cursor)})`}
        order by ${KEY} limit ${limit + 1}
      `.execute(db);
      return pageOf(
        rows.map((row) => decodeRow(answerTable, row)),
        limit,
        (row) =>
          [row.day, row.accountId, row.keyId, row.model, row.provider, row.modality]
            .map((value) => value ?? ""),
        (row) => row,
      );
    },
  })
);

/** A dimension that is summed over is null, and stands first in the order of the pages. */
const KEY = sql.raw(
  DIMENSIONS.map((name) => `coalesce(${name}, '') collate "C"`).join(", "),
);

function dimensionsOf(grouped: ReadonlySet<Dimension>): string {
  return DIMENSIONS.map((name) =>
    `${grouped.has(name) ? `t.${name}::text` : "null::text"} as ${name}`
  ).join(", ");
}

const AMOUNTS = `sum(charged_micro_kyat) as charged_micro_kyat,
  sum(unbilled_micro_kyat) as unbilled_micro_kyat, sum(cost_nano_usd) as cost_nano_usd`;
const SUMS = {
  daily_usage: `sum(requests)::int8 as requests, ${AMOUNTS}`,
  ended_calls: `count(*) as requests, ${AMOUNTS}`,
} as const;
