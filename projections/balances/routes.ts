/** Reads accounts and their balances. @module */
import { sql } from "kysely";
import { z } from "zod";
import { accountIdSchema } from "../../shared/ids/mod.ts";
import { accountRowSchema, itemSchema, pageSchema } from "../../shared/read_api/mod.ts";
import { listQuery, pageOf, type ReadRoute, readRoute } from "../http/mod.ts";
import { decodeRow, type Queryable, selectList } from "../table/mod.ts";
import { type Balance, balancesTable } from "./balances.ts";

/** The routes of accounts. */
export const balanceRoutes: readonly ReadRoute[] = [
  readRoute({
    path: "/v1/accounts",
    permission: "account:read",
    summary: "Accounts with their balances, by id.",
    scope: "query",
    reads: ["balances"],
    query: z.object({ account: accountIdSchema.optional(), ...listQuery([accountIdSchema]) }),
    answer: pageSchema(accountRowSchema),
    async handle({ accountId, query: { limit, cursor } }, { db }) {
      const { rows } = await sql<Record<string, unknown>>`
        select ${sql.raw(selectList(balancesTable, "t"))} from projections.balances t
        where true ${accountId === null ? sql`` : sql`and account_id = ${accountId}`}
          ${cursor === undefined ? sql`` : sql`and account_id > ${cursor[0]}`}
        order by account_id limit ${limit + 1}
      `.execute(db);
      const balances = rows.map((row) => decodeRow(balancesTable, row));
      return pageOf(balances, limit, (row) => [row.accountId], accountRow);
    },
  }),
  readRoute({
    path: "/v1/accounts/{accountId}",
    permission: "account:read",
    summary: "One account with its balance.",
    scope: "path",
    reads: ["balances"],
    query: z.object({}),
    answer: itemSchema(accountRowSchema),
    async handle({ accountId }, { db }) {
      const [balance] = await readBalances(db, accountId === null ? [] : [accountId]);
      return balance === undefined ? null : { item: accountRow(balance) };
    },
  }),
];

/** The balances of these accounts, in any order; accounts that do not exist are left out. */
export async function readBalances(
  db: Queryable,
  accountIds: readonly string[],
): Promise<Balance[]> {
  if (accountIds.length === 0) return [];
  const { rows } = await sql<Record<string, unknown>>`
    select ${sql.raw(selectList(balancesTable, "t"))} from projections.balances t
    where account_id in (${sql.join(accountIds)})
  `.execute(db);
  return rows.map((row) => decodeRow(balancesTable, row));
}

/** An account as the read API shows it; amounts are still bigint. */
export function accountRow(balance: Balance) {
  const { creditedMicroKyat, settledMicroKyat, heldMicroKyat } = balance;
  return {
    ...balance,
    currency: "MMK",
    availableMicroKyat: creditedMicroKyat - settledMicroKyat - heldMicroKyat,
  };
}
