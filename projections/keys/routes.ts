/** Reads keys. @module */
import { sql } from "kysely";
import { z } from "zod";
import { accountIdSchema, identifierSchema } from "../../shared/ids/mod.ts";
import { keyRowSchema, pageSchema } from "../../shared/read_api/mod.ts";
import { listQuery, pageOf, type ReadRoute, readRoute } from "../http/mod.ts";
import { decodeRow, selectList, type TableRow } from "../table/mod.ts";
import { keysTable } from "./keys.ts";

/** The routes of keys. */
export const keyRoutes: readonly ReadRoute[] = [
  readRoute({
    path: "/v1/accounts/{accountId}/keys",
    permission: "key:read",
    summary: "An account's keys, newest first.",
    scope: "path",
    reads: ["keys"],
    query: z.object(listQuery([z.number().int(), identifierSchema])),
    answer: pageSchema(keyRowSchema),
    async handle({ accountId, query: { limit, cursor } }, { db }) {
      const after = cursor === undefined
        ? sql``
        : sql`and (issued_at_ms, key_id) < (${cursor[0]}::bigint, ${cursor[1]})`;
      const { rows } = await sql<Record<string, unknown>>`
        select ${sql.raw(selectList(keysTable, "t"))} from projections.keys t
        where account_id = ${accountId} ${after}
        order by issued_at_ms desc, key_id desc limit ${limit + 1}
      `.execute(db);
      return pageOf(
        rows.map((row) => decodeRow(keysTable, row)),
        limit,
        (row) => [row.issuedAtMs, row.keyId],
        shownOf,
      );
    },
  }),
  readRoute({
    path: "/v1/keys",
    permission: "key:read",
    summary: "Keys of every account, or of one, by account and key.",
    scope: "query",
    reads: ["keys"],
    query: z.object({
      account: accountIdSchema.optional(),
      ...listQuery([accountIdSchema, identifierSchema]),
    }),
    answer: pageSchema(keyRowSchema),
    async handle({ accountId, query: { limit, cursor } }, { db }) {
      const of = accountId === null ? sql`` : sql`and account_id = ${accountId}`;
      const after = cursor === undefined
        ? sql``
        : sql`and (account_id, key_id) > (${cursor[0]}, ${cursor[1]})`;
      const { rows } = await sql<Record<string, unknown>>`
        select ${sql.raw(selectList(keysTable, "t"))} from projections.keys t
        where true ${of} ${after} order by account_id, key_id limit ${limit + 1}
      `.execute(db);
      return pageOf(
        rows.map((row) => decodeRow(keysTable, row)),
        limit,
        (row) => [row.accountId, row.keyId],
        shownOf,
      );
    },
  }),
];

function shownOf(row: TableRow<typeof keysTable>) {
  return { ...row, state: row.revokedAtMs === null ? "active" : "revoked" };
}
