/** Every ledger account's balance, from the postings. @module */
import { sql } from "kysely";
import { z } from "zod";
import { pageSchema, trialBalanceRowSchema } from "../../shared/read_api/mod.ts";
import { headOf } from "../log/mod.ts";
import { listQuery, pageOf, type ReadRoute, readRoute } from "../http/mod.ts";
import { decodeRow, type Queryable, table } from "../table/mod.ts";

const positionSchema = z.string().regex(/^\d{1,18}$/, "expected a log position");

const answerTable = table({
  name: "trial_balance_answer",
  columns: { account: "text", currency: "text", balance: "amount" },
  key: [],
  indexes: [],
});

/**
 * GET /v1/trial-balance. The first page fixes the position and the cursor carries it on, so that the
 * pages of one trial balance belong together while the log grows. Each event is balanced within its
 * shard, so any position gives a sum of zero per currency.
 */
export const trialBalanceRoute: ReadRoute = readRoute({
  path: "/v1/trial-balance",
  permission: "ledger:read",
  summary: "The balance of every ledger account at a position; zero in sum per currency.",
  scope: "none",
  reads: [],
  query: z.object({
    at: positionSchema.optional(),
    ...listQuery([positionSchema, z.string().max(200), z.enum(["MMK", "USD"])]),
  }),
  answer: pageSchema(trialBalanceRowSchema),
  async handle({ query: { at: asked, limit, cursor } }, { db, shards }) {
    const at = cursor?.[0] ?? asked ?? (await furthestHead(db, shards)).toString();
    const after = cursor === undefined
      ? sql``
      : sql`where (account collate "C", currency collate "C") > (${cursor[1]}, ${cursor[2]})`;
    // The newest posting of an account in a shard carries its balance; an index finds it at once.
    const { rows } = await sql<Record<string, unknown>>`
      select account, currency, coalesce((
        select sum(newest.balance_after) from generate_series(0, ${shards - 1}::int) as s(shard)
        cross join lateral (
          select balance_after from ledger.posting p
          where p.shard = s.shard and p.account = books.account
            and p.currency = books.currency and p.position <= ${at}::bigint
          order by p.position desc, p.leg desc limit 1
        ) newest), 0) as balance
      from (
        select distinct account collate "C" as account, currency collate "C" as currency
        from ledger.account ${after} order by 1, 2 limit ${limit + 1}
      ) books order by account, currency
    `.execute(db);
    return pageOf(
      rows.map((row) => decodeRow(answerTable, row)),
      limit,
      (row) => [at, row.account, row.currency],
      (row) => row,
    );
  },
});

async function furthestHead(db: Queryable, shards: number): Promise<bigint> {
  const heads = await Promise.all(Array.from({ length: shards }, (_, shard) => headOf(db, shard)));
  return heads.reduce((most, head) => head > most ? head : most);
}
