/** An account's balance as of any moment: one look into the index of postings. @module */
import { sql } from "kysely";
import { z } from "zod";
import { shardOf } from "../../shared/ids/mod.ts";
import { balanceAsOfSchema, itemSchema } from "../../shared/read_api/mod.ts";
import { type ReadRoute, readRoute } from "../http/mod.ts";
import type { Queryable } from "../table/mod.ts";
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
  const [wallet, holds, opened] = await Promise.all([
    newestPosting(db, `2000:${accountId}`, asOf),
    newestPosting(db, `2010:${accountId}`, asOf),
    wasOpened(db, accountId, asOf),
  ]);
  if (!opened) return null;
  const availableMicroKyat = -(wallet?.balance ?? 0n);
  const heldMicroKyat = -(holds?.balance ?? 0n);
  return {
    accountId,
    currency: "MMK" as const,
    asOf,
    availableMicroKyat,
    heldMicroKyat,
    totalMicroKyat: availableMicroKyat + heldMicroKyat,
    movedAtPosition: wallet?.position ?? null,
  };
}

async function newestPosting(db: Queryable, account: string, { shard, position }: AsOf) {
  const { rows } = await sql<{ position: bigint | string; balance: string }>`
    select position, balance_after as balance from ledger.posting
    where shard = ${shard} and account = ${account} and currency = 'MMK'
      and position <= ${position.toString()}::int8
    order by position desc, leg desc limit 1
  `.execute(db);
  const [row] = rows;
  return row === undefined
    ? null
    : { position: BigInt(row.position), balance: BigInt(row.balance) };
}

async function wasOpened(db: Queryable, accountId: string, { shard, position }: AsOf) {
  const { rows } = await sql<{ position: bigint | string }>`
    select position from ledger.event
    where shard = ${shard} and stream = ${`account-${accountId}`} order by version limit 1
  `.execute(db);
  const [row] = rows;
  return row !== undefined && BigInt(row.position) <= position;
}
