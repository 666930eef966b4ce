/** Reads usage and cost by day, summed over the dimensions that nobody asked for. @module */
import { sql } from "kysely";
import { z } from "zod";
import { accountIdSchema } from "../../shared/ids/mod.ts";
import { dailyUsageRowSchema, pageSchema } from "../../shared/read_api/mod.ts";
import { USAGE_CLASSES } from "../../shared/usage/mod.ts";
import { listQuery, pageOf, type ReadRoute, readRoute } from "../http/mod.ts";
import { decodeRow, table } from "../table/mod.ts";
import { dayPlus, daysBetween, daySchema, yangonDay } from "./day.ts";

const DIMENSIONS = ["day", "account", "key", "model", "provider"] as const;
const COLUMN_OF = {
  day: "day",
  account: "account_id",
  key: "key_id",
  model: "model",
  provider: "provider",
} as const;
const LONGEST_DAYS = 366;

const groupSchema = z.string().max(100).transform((text) => text.split(","))
  .pipe(z.array(z.enum(DIMENSIONS)).min(1)).default([...DIMENSIONS]);

const text = z.string().max(128);

/** What one grouped row is read as. */
const answerTable = table({
  name: "daily_usage_answer",
  columns: {
    day: "text",
    account: "text",
    key: "text",
    model: "text",
    provider: "text",
    requests: "count",
    chargedMicroKyat: "amount",
    unbilledMicroKyat: "amount",
    costNanoUsd: "amount",
    usage: "json",
  },
  key: [],
  indexes: [],
});

/** The routes of daily usage. */
export const dailyUsageRoutes: readonly ReadRoute[] = [
  readRoute({
    path: "/v1/usage/daily",
    permission: "usage:read",
    summary: "Usage and cost by day of Asia/Yangon; the last 31 days unless told, 366 at most.",
    scope: "query",
    reads: ["daily_usage"],
    query: z.object({
      account: accountIdSchema.optional(),
      from: daySchema.optional(),
      to: daySchema.optional(),
      group_by: groupSchema,
      ...listQuery([text, text, text, text, text]),
    }).refine(({ from, to }) => from === undefined || to === undefined || from <= to, {
      message: "expected a day that is not after `to`",
      path: ["from"],
    }).refine(
      ({ from, to }) =>
        from === undefined || to === undefined || daysBetween(from, to) < LONGEST_DAYS,
      { message: `expected at most ${LONGEST_DAYS} days`, path: ["from"] },
    ),
    answer: pageSchema(dailyUsageRowSchema),
    async handle({ accountId, query }, { db, effects }) {
      const { limit, cursor, group_by: groups } = query;
      const [from, to] = rangeOf(query.from, query.to, yangonDay(effects.clock.nowMs()));
      const order = DIMENSIONS.map((dimension) => dimension).join(", ");
      const { rows } = await sql<Record<string, unknown>>`
        select * from (
          select ${sql.raw(selectionOf(new Set(groups)))}
          from projections.daily_usage t
          where day between ${from}::date and ${to}::date
            ${accountId === null ? sql`` : sql`and account_id = ${accountId}`}
          ${sql.raw(groupClause(new Set(groups)))}
        ) grouped
        where requests > 0
          ${cursor === undefined ? sql`` : sql`and (${sql.raw(order)}) > (${sql.join(cursor)})`}
        order by ${sql.raw(order)} limit ${limit + 1}
      `.execute(db);
      const decoded = rows.map((row) => decodeRow(answerTable, row));
      return pageOf(
        decoded,
        limit,
        (row) => [row.day, row.account, row.key, row.model, row.provider],
        ({ account, key, ...row }) => ({ ...row, accountId: account, keyId: key }),
      );
    },
  }),
];

function rangeOf(from: string | undefined, to: string | undefined, today: string) {
  const last = to ?? (from === undefined ? today : dayPlus(from, LONGEST_DAYS - 1));
  return [from ?? dayPlus(last, -30), last] as const;
}

type Dimensions = ReadonlySet<(typeof DIMENSIONS)[number]>;

function selectionOf(groups: Dimensions): string {
  const dimensions = DIMENSIONS.map((name) =>
    `${groups.has(name) ? `${COLUMN_OF[name]}::text` : "'*'::text"} collate "C" as ${name}`
  );
  const sums = [
    "coalesce(sum(requests), 0)::bigint as requests",
    'coalesce(sum(charged_micro_kyat), 0) as "chargedMicroKyat"',
    'coalesce(sum(unbilled_micro_kyat), 0) as "unbilledMicroKyat"',
    'coalesce(sum(cost_nano_usd), 0) as "costNanoUsd"',
  ];
  const units = USAGE_CLASSES.map((name) => `'${name}', nullif(sum(usage_${name}), 0)`);
  const usage = `jsonb_strip_nulls(jsonb_build_object(${units.join(", ")})) as usage`;
  return [...dimensions, ...sums, usage].join(", ");
}

function groupClause(groups: Dimensions): string {
  return `group by ${[...groups].map((name) => `t.${COLUMN_OF[name]}`).join(", ")}`;
}
