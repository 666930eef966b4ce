/** Reads what people did. @module */
import { sql } from "kysely";
import { z } from "zod";
import { accountIdSchema } from "../../shared/ids/mod.ts";
import { adminActionSchema, turnablePageSchema } from "../../shared/read_api/mod.ts";
import { type ReadRoute, readRoute } from "../http/mod.ts";
import { decodeRow, selectList, table } from "../table/mod.ts";
import { adminActionsTable } from "./admin_actions.ts";
import { turn, turningQuery, windowOf } from "./turning.ts";

const answerTable = table({
  name: "admin_action_answer",
  columns: { ...adminActionsTable.columns, payload: "json" },
  key: [],
  indexes: [],
});

/** GET /v1/admin-actions. */
export const adminActionsRoute: ReadRoute = readRoute({
  path: "/v1/admin-actions",
  permission: "ledger:read",
  summary: "Who changed what, with before and after; newest first unless told.",
  scope: "query",
  reads: ["admin_actions"],
  query: z.object({
    account: accountIdSchema.optional(),
    actor: z.string().min(1).max(160).optional(),
    type: z.string().regex(/^[A-Za-z]{1,60}$/, "expected the type of an event").optional(),
    ...turningQuery,
  }),
  answer: turnablePageSchema(adminActionSchema),
  async handle({ accountId, query: { actor, type, ...turning } }, { db }) {
    const filters = [
      ...(accountId === null ? [] : [sql`account_id = ${accountId}`]),
      ...(actor === undefined ? [] : [sql`actor = ${actor}`]),
      ...(type === undefined ? [] : [sql`type = ${type}`]),
    ];
    const { rows } = await sql<Record<string, unknown>>`
      select ${sql.raw(selectList(adminActionsTable, "found"))},
        e.payload - 'keyHash' - 'envelope' as payload
      from (select * from projections.admin_actions ${windowOf(turning, filters)}) found
      join ledger.event e using (shard, position)
    `.execute(db);
    return turn(rows.map((row) => decodeRow(answerTable, row)), turning, (row) => row);
  },
});
