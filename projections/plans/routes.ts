/** Reads plans and who has them. @module */
import { sql } from "kysely";
import { z } from "zod";
import { accountIdSchema, identifierSchema } from "../../shared/ids/mod.ts";
import {
  pageSchema,
  planAssignmentRowSchema,
  planRowSchema,
  planUsageRowSchema,
} from "../../shared/read_api/mod.ts";
import { listQuery, pageOf, type ReadRoute, readRoute } from "../http/mod.ts";
import { decodeRow, selectList, type TableRow } from "../table/mod.ts";
import { planAssignmentsTable, plansTable } from "./plans.ts";
import { planUsage } from "./usage.ts";

const atSchema = z.string().regex(/^\d{1,14}$/, "expected a time in epoch milliseconds")
  .transform((text) => parseInt(text, 10));

const assignmentOf = (
  { keyId, sincePosition: _, ...row }: TableRow<typeof planAssignmentsTable>,
) => ({
  ...row,
  keyId: keyId === "" ? null : keyId,
});

/** The routes of plans. */
export const planRoutes: readonly ReadRoute[] = [
  readRoute({
    path: "/v1/plans",
    permission: "catalog:read",
    summary: "The newest version of each plan, by plan.",
    scope: "none",
    reads: ["plans"],
    query: z.object(listQuery([identifierSchema])),
    answer: pageSchema(planRowSchema),
    async handle({ query: { limit, cursor } }, { db }) {
      const { rows } = await sql<Record<string, unknown>>`
        select distinct on (plan_id) ${sql.raw(selectList(plansTable, "t"))}
        from projections.plans t
        where true ${cursor === undefined ? sql`` : sql`and plan_id > ${cursor[0]}`}
        order by plan_id, plan_version desc limit ${limit + 1}
      `.execute(db);
      return pageOf(
        rows.map((row) => decodeRow(plansTable, row)),
        limit,
        (row) => [row.planId],
        ({ shard: _, ...row }) => row,
      );
    },
  }),
  readRoute({
    path: "/v1/accounts/{accountId}/plans",
    permission: "account:read",
    summary: "The plans of an account and of its keys: the account's own first, then by key.",
    scope: "path",
    reads: ["plans"],
    query: z.object(listQuery([z.string()])),
    answer: pageSchema(planAssignmentRowSchema),
    async handle({ accountId, query: { limit, cursor } }, { db }) {
      const after = cursor === undefined ? sql`` : sql`and key_id > ${cursor[0]}`;
      const { rows } = await sql<Record<string, unknown>>`
        select ${sql.raw(selectList(planAssignmentsTable, "t"))}
        from projections.plan_assignments t
        where account_id = ${accountId} ${after}
        order by key_id limit ${limit + 1}
      `.execute(db);
      return pageOf(
        rows.map((row) => decodeRow(planAssignmentsTable, row)),
        limit,
        (row) => [row.keyId],
        assignmentOf,
      );
    },
  }),
  readRoute({
    path: "/v1/accounts/{accountId}/plan-usage",
    permission: "account:read",
    summary: "How much of its plans an account and its keys have used, now or at another time.",
    scope: "path",
    reads: ["plans", "keys", "requests"],
    query: z.object({ ...listQuery([z.string()]), at: atSchema.optional() }),
    answer: pageSchema(planUsageRowSchema),
    async handle({ accountId, query: { limit, cursor, at } }, { db, effects }) {
      const rows = await planUsage(db, {
        accountId: accountId ?? "",
        atMs: at ?? effects.clock.nowMs(),
        afterKeyId: cursor === undefined ? null : cursor[0],
        limit: limit + 1,
      });
      return pageOf(rows, limit, (row) => [row.keyId ?? ""], (row) => row);
    },
  }),
  readRoute({
    path: "/v1/plans/{planId}/assignments",
    permission: "ledger:read",
    summary: "The accounts and keys that have a plan, by account.",
    scope: "none",
    reads: ["plans"],
    query: z.object(listQuery([accountIdSchema, z.string()])),
    answer: pageSchema(planAssignmentRowSchema),
    async handle({ params, query: { limit, cursor } }, { db }) {
      const after = cursor === undefined
        ? sql``
        : sql`and (account_id, key_id) > (${cursor[0]}, ${cursor[1]})`;
      const { rows } = await sql<Record<string, unknown>>`
        select ${sql.raw(selectList(planAssignmentsTable, "t"))}
        from projections.plan_assignments t
        where plan_id = ${params.planId ?? ""} ${after}
        order by account_id, key_id limit ${limit + 1}
      `.execute(db);
      return pageOf(
        rows.map((row) => decodeRow(planAssignmentsTable, row)),
        limit,
        (row) => [row.accountId, row.keyId],
        assignmentOf,
      );
    },
  }),
];
