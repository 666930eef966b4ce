/** Reads an account's keys. @module */
import { sql } from "kysely";
import { z } from "zod";
import { identifierSchema } from "../../shared/ids/mod.ts";
import { keyRowSchema, pageSchema } from "../../shared/read_api/mod.ts";
import { listQuery, pageOf, type ReadRoute, readRoute } from "../http/mod.ts";
import { decodeRow, selectList } from "../table/mod.ts";
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
        (row) => ({ ...row, state: row.revokedAtMs === null ? "active" : "revoked" }),
      );
    },
  }),
];
