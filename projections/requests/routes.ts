/** Reads calls. @module */
import { sql } from "kysely";
import { z } from "zod";
import { accountIdSchema, requestIdSchema } from "../../shared/ids/mod.ts";
import { itemSchema, pageSchema, requestRowSchema } from "../../shared/read_api/mod.ts";
import { listQuery, pageOf, type ReadRoute, readRoute } from "../http/mod.ts";
import { decodeRow, selectList } from "../table/mod.ts";
import { requestConditions, requestFilters } from "./filters.ts";
import { type Request, requestsTable } from "./requests.ts";
import { requestSummaryRoute } from "./summary.ts";

const columns = sql.raw(selectList(requestsTable, "t"));

/** The routes of calls. */
export const requestRoutes: readonly ReadRoute[] = [
  readRoute({
    path: "/v1/requests",
    permission: "request:read",
    summary: "Calls, newest first.",
    scope: "query",
    reads: ["requests"],
    query: z.object({
      ...requestFilters,
      ...listQuery([z.number().int(), requestIdSchema]),
    }),
    answer: pageSchema(requestRowSchema),
    async handle({ accountId, query }, { db }) {
      const { account: _, limit, cursor, ...given } = query;
      const filters = [
        ...requestConditions(accountId, given),
        ...(cursor === undefined
          ? []
          : [sql`(placed_at_ms, request_id) < (${cursor[0]}::bigint, ${cursor[1]}::uuid)`]),
      ];
      const { rows } = await sql<Record<string, unknown>>`
        select ${columns} from projections.requests t
        ${filters.length === 0 ? sql`` : sql`where ${sql.join(filters, sql` and `)}`}
        order by placed_at_ms desc, request_id desc limit ${limit + 1}
      `.execute(db);
      return pageOf(
        rows.map((row) => decodeRow(requestsTable, row)),
        limit,
        (row) => [row.placedAtMs, row.requestId],
        shownOf,
      );
    },
  }),
  // Before the one whose id it would else be.
  requestSummaryRoute,
  readRoute({
    path: "/v1/requests/{requestId}",
    permission: "request:read",
    summary: "One call.",
    scope: "query",
    reads: ["requests"],
    query: z.object({ account: accountIdSchema.optional() }),
    answer: itemSchema(requestRowSchema),
    async handle({ accountId, params: { requestId } }, { db }) {
      if (!requestIdSchema.safeParse(requestId).success) return null;
      const { rows } = await sql<Record<string, unknown>>`
        select ${columns} from projections.requests t where request_id = ${requestId}::uuid
          ${accountId === null ? sql`` : sql`and account_id = ${accountId}`}
      `.execute(db);
      const [row] = rows;
      return row === undefined ? null : { item: shownOf(decodeRow(requestsTable, row)) };
    },
  }),
];

/** A row as the read API has it: what a hold might have become is told by its explanation. */
function shownOf({ choices, ...row }: Request) {
  return (choices as { readonly free?: true } | null)?.free === true
    ? { ...row, isFree: true }
    : row;
}
