/** Reads an account's budgets. @module */
import { sql } from "kysely";
import { z } from "zod";
import { budgetRowSchema, pageSchema } from "../../shared/read_api/mod.ts";
import { listQuery, pageOf, type ReadRoute, readRoute } from "../http/mod.ts";
import { decodeRow, selectList } from "../table/mod.ts";
import { budgetsTable } from "./budgets.ts";

/** The routes of budgets. */
export const budgetRoutes: readonly ReadRoute[] = [
  readRoute({
    path: "/v1/accounts/{accountId}/budgets",
    permission: "account:read",
    summary: "An account's budgets: the account's own first, then by user, team and key.",
    scope: "path",
    reads: ["budgets"],
    query: z.object(listQuery([z.string(), z.string(), z.string(), z.string()])),
    answer: pageSchema(budgetRowSchema),
    async handle({ accountId, query: { limit, cursor } }, { db }) {
      const after = cursor === undefined ? sql`` : sql`and (key_id, team_id, user_id, period) >
          (${cursor[0]}, ${cursor[1]}, ${cursor[2]}, ${cursor[3]})`;
      const { rows } = await sql<Record<string, unknown>>`
        select ${sql.raw(selectList(budgetsTable, "t"))} from projections.budgets t
        where account_id = ${accountId} ${after}
        order by key_id, team_id, user_id, period limit ${limit + 1}
      `.execute(db);
      return pageOf(
        rows.map((row) => decodeRow(budgetsTable, row)),
        limit,
        (row) => [row.keyId, row.teamId, row.userId, row.period],
        ({ setAtMs: _, ...row }) => ({
          ...row,
          keyId: orNull(row.keyId),
          teamId: orNull(row.teamId),
          userId: orNull(row.userId),
        }),
      );
    },
  }),
];

function orNull(id: string): string | null {
  return id === "" ? null : id;
}
