/** Every ledger account's balance, from the postings. @module */
import { sql } from "kysely";
import { z } from "zod";
import { pageSchema, trialBalanceRowSchema } from "../../shared/read_api/mod.ts";
import { invalidParameter, listQuery, pageOf, type ReadRoute, readRoute } from "../http/mod.ts";
import { decodeRow, table } from "../table/mod.ts";
import { asOfQuery, ONLY_ONE, onlyOne, placesOf } from "./as_of.ts";

const answerTable = table({
  name: "trial_balance_answer",
  columns: { account: "text", currency: "text", balance: "amount" },
  key: [],
  indexes: [],
});

/**
 * GET /v1/trial-balance. The first page fixes the position in each shard and the cursor carries them
 * on, so that the pages of one trial balance belong together while the log grows. Each event is
 * balanced within its shard, so any positions give a sum of zero per currency.
 */
export const trialBalanceRoute: ReadRoute = readRoute({
  path: "/v1/trial-balance",
  permission: "ledger:read",
  summary:
    "The balance of every ledger account as of a time or a position; zero in sum per currency.",
  scope: "none",
  reads: [],
  query: z.object({
    ...asOfQuery,
    ...listQuery([
      z.string().regex(/^\d{1,18}(,\d{1,18}){0,63}$/),
      z.string().max(200),
      z.enum(["MMK", "USD"]),
    ]),
  }).refine(onlyOne, ONLY_ONE),
  answer: pageSchema(trialBalanceRowSchema),
  async handle({ query: { limit, cursor, ...asked } }, { db, shards }) {
    const places = cursor?.[0].split(",") ??
      (await placesOf(db, shards, asked)).map(({ position }) => position.toString());
    if (places.length !== shards) {
      return invalidParameter("cursor", "it is of a log with another number of shards");
    }
    const after = cursor === undefined
      ? sql``
      : sql`and (a.account, a.currency) > (${cursor[1]}, ${cursor[2]})`;
    const pairs = sql.join(
      places.map((position, shard) => sql`(${shard}::int, ${position}::int8)`),
    );
    // The newest posting of an account in a shard carries its balance. Both that and the page's own
    // accounts of each shard are read off an index, because everything is in the index's collation.
    const { rows } = await sql<Record<string, unknown>>`
      with place (shard, position) as (values ${pairs})
      select account, currency, coalesce((
        select sum(newest.balance_after) from place
        cross join lateral (
          select balance_after from ledger.posting p
          where p.shard = place.shard and p.account = books.account
            and p.currency = books.currency and p.position <= place.position
          order by p.position desc, p.leg desc limit 1
        ) newest), 0) as balance
      from (
        select distinct account, currency from place
        cross join lateral (
          select a.account, a.currency from ledger.account a
          where a.shard = place.shard ${after}
          order by a.account, a.currency limit ${limit + 1}
        ) of_shard
        order by account, currency limit ${limit + 1}
      ) books order by account, currency
    `.execute(db);
    return pageOf(
      rows.map((row) => decodeRow(answerTable, row)),
      limit,
      (row) => [places.join(","), row.account, row.currency],
      (row) => row,
    );
  },
});
