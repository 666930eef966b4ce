/** An account's balance as of any moment: one look into the index of postings. @module */
import { type RawBuilder, sql } from "kysely";
import { z } from "zod";
import { shardOf } from "../../shared/ids/mod.ts";
import { balanceAsOfSchema, itemSchema } from "../../shared/read_api/mod.ts";
import { type ReadRoute, readRoute } from "../http/mod.ts";
import { decodeRow, type Queryable, table } from "../table/mod.ts";
import { type AsOf, asOfQuery, ONLY_ONE, onlyOne, placeOf } from "./as_of.ts";

/** GET /v1/accounts/{accountId}/balance. */
export const balanceRoute: ReadRoute = readRoute({
  path: "/v1/accounts/{accountId}/balance",
  permission: "account:read",
  summary: "An account's balance as of a time or a position, from its postings.",
  scope: "path",
  reads: [],
  query: z.object(asOfQuery).refine(onlyOne, ONLY_ONE),
  answer: itemSchema(balanceAsOfSchema),
  async handle({ accountId, query }, { db, shards }) {
    if (accountId === null) return null;
    const asOf = await placeOf(db, shardOf(accountId, shards), query);
    const balance = await balanceAt(db, accountId, asOf);
    return balance === null ? null : { item: balance };
  },
});

/** The balance of an account after the event at `asOf.position`; null before it was opened. */
export async function balanceAt(db: Queryable, accountId: string, asOf: AsOf) {
  const { shard } = asOf;
  const position = sql`${asOf.position.toString()}::int8`;
  const newest = (what: RawBuilder<unknown>, account: string) =>
    sql`(select ${what} from ledger.posting
      where shard = ${shard} and account = ${account} and currency = 'MMK'
        and position <= ${position}
      order by position desc, leg desc limit 1)`;
  const balance = sql`balance_after`;
  const { rows } = await sql<Record<string, unknown>>`
    select ${newest(balance, `2000:${accountId}`)} as wallet,
      ${newest(balance, `2010:${accountId}`)} as holds,
      ${newest(sql`position`, `2000:${accountId}`)} as "movedAt",
      (select position <= ${position} from ledger.event
        where shard = ${shard} and stream = ${`account-${accountId}`}
        order by version limit 1) as opened
  `.execute(db);
  const found = rows[0]!;
  if (found.opened !== true) return null;
  const { wallet, holds, movedAt } = decodeRow(newestTable, found);
  const availableMicroKyat = -(wallet ?? 0n);
  const heldMicroKyat = -(holds ?? 0n);
  return {
    accountId,
    currency: "MMK" as const,
    asOf,
    availableMicroKyat,
    heldMicroKyat,
    totalMicroKyat: availableMicroKyat + heldMicroKyat,
    movedAtPosition: movedAt,
  };
}

const newestTable = table({
  name: "newest_postings",
  columns: { wallet: "amount?", holds: "amount?", movedAt: "position?" },
  key: [],
  indexes: [],
});
