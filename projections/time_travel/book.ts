/** The legs on one ledger account, as an auditor turns the pages of a book. @module */
import { sql } from "kysely";
import { z } from "zod";
import { accountIdSchema, shardOf } from "../../shared/ids/mod.ts";
import { bookRowSchema, pageSchema } from "../../shared/read_api/mod.ts";
import { listQuery, pageOf, type ReadRoute, readRoute } from "../http/mod.ts";
import { decodeRow, table } from "../table/mod.ts";
import { asOfQuery, ONLY_ONE, onlyOne, placeOf, positionSchema } from "./as_of.ts";

const bookTable = table({
  name: "book_answer",
  columns: {
    shard: "count",
    position: "position",
    leg: "count",
    eventId: "uuid",
    type: "text",
    requestId: "text?",
    actor: "text",
    recordedAtMs: "count",
    amount: "amount",
    balanceAfter: "amount",
  },
  key: [],
  indexes: [],
});

/** GET /v1/books/{book}. */
export const bookRoute: ReadRoute = readRoute({
  path: "/v1/books/{book}",
  permission: "ledger:read",
  summary: "The legs on one ledger account up to a time or a position, newest first.",
  scope: "none",
  reads: [],
  query: z.object({
    currency: z.enum(["MMK", "USD"]).default("MMK"),
    shard: z.string().regex(/^\d{1,2}$/, "expected a shard").optional(),
    ...asOfQuery,
    ...listQuery([positionSchema, z.number().int().min(0)]),
  }).refine(onlyOne, ONLY_ONE),
  answer: pageSchema(bookRowSchema),
  async handle({ params: { book = "" }, query }, { db, shards }) {
    const { currency, limit, cursor } = query;
    const shard = query.shard === undefined ? homeOf(book, shards) : parseInt(query.shard, 10);
    const { position } = await placeOf(db, shard, query);
    const [before, beforeLeg] = cursor ?? [(position + 1n).toString(), 0];
    const { rows } = await sql<Record<string, unknown>>`
      select p.shard, p.position, p.leg, e.event_id as "eventId", e.type,
        e.request_id as "requestId", e.actor, e.recorded_at as "recordedAtMs", p.amount,
        p.balance_after as "balanceAfter"
      from ledger.posting p join ledger.event e using (shard, position)
      where p.shard = ${shard} and p.account = ${book} and p.currency = ${currency}
        and p.position <= ${before}::int8 and (p.position, p.leg) < (${before}::int8, ${beforeLeg})
      order by p.position desc, p.leg desc limit ${limit + 1}
    `.execute(db);
    return pageOf(
      rows.map((row) => decodeRow(bookTable, row)),
      limit,
      (row) => [row.position.toString(), row.leg],
      (row) => row,
    );
  },
});

/** A customer's accounts are in the customer's shard. */
function homeOf(book: string, shards: number): number {
  const accountId = accountIdSchema.safeParse(book.split(":")[1]);
  return accountId.success ? shardOf(accountId.data, shards) : 0;
}
