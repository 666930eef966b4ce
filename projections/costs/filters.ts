/** What all views of cost can be confined to. @module */
import { sql } from "kysely";
import { z } from "zod";
import { accountIdSchema, identifierSchema } from "../../shared/ids/mod.ts";
import { dayPlus, daysBetween, daySchema, yangonDay } from "../daily_usage/mod.ts";

const LONGEST_DAYS = 366;

/** The query parameters. */
export const filterQuery = {
  account: accountIdSchema.optional(),
  from: daySchema.optional(),
  to: daySchema.optional(),
  key: identifierSchema.optional(),
  model: identifierSchema.optional(),
  provider: identifierSchema.optional(),
};

/** Parsed filters. */
export interface Filters {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly key?: string | undefined;
  readonly model?: string | undefined;
  readonly provider?: string | undefined;
}

/** Refines a query so that its days are in order and not too many. */
export function withDays<Q extends z.ZodType<Filters>>(query: Q): Q {
  return query.refine(
    ({ from, to }) => from === undefined || to === undefined || from <= to,
    { message: "expected a day that is not after `to`", path: ["from"] },
  ).refine(
    ({ from, to }) =>
      from === undefined || to === undefined || daysBetween(from, to) < LONGEST_DAYS,
    { message: `expected at most ${LONGEST_DAYS} days`, path: ["from"] },
  );
}

/** The first and the last day: 31 days up to `to` or today, or all from `from` up to a year. */
export function daysOf({ from, to }: Filters, nowMs: number): readonly [string, string] {
  const last = to ?? (from === undefined ? yangonDay(nowMs) : dayPlus(from, LONGEST_DAYS - 1));
  return [from ?? dayPlus(last, -30), last];
}

/** The conditions on a table or view `t` that has these columns. */
export function conditionsOf(accountId: string | null, filters: Filters, nowMs: number) {
  const { key, model, provider } = filters;
  const [from, to] = daysOf(filters, nowMs);
  return sql.join([
    sql`t.day between ${from}::date and ${to}::date`,
    ...(accountId === null ? [] : [sql`t.account_id = ${accountId}`]),
    ...(key === undefined ? [] : [sql`t.key_id = ${key}`]),
    ...(model === undefined ? [] : [sql`t.model = ${model}`]),
    ...(provider === undefined ? [] : [sql`t.provider = ${provider}`]),
  ], sql` and `);
}
