/** An account's journal: what moved its money, newest first, with the balance that each left. @module */
import { sql } from "kysely";
import { z } from "zod";
import { shardOf } from "../../shared/ids/mod.ts";
import { isAllowed } from "../../shared/permissions.ts";
import { journalRowSchema, pageSchema } from "../../shared/read_api/mod.ts";
import { listQuery, pageOf, type ReadRoute, readRoute } from "../http/mod.ts";
import { decodeRow, type Queryable, table } from "../table/mod.ts";
import { type AsOf, asOfQuery, ONLY_ONE, onlyOne, placeOf, positionSchema } from "./as_of.ts";

const journalTable = table({
  name: "journal_answer",
  columns: {
    shard: "count",
    position: "position",
    eventId: "uuid",
    type: "text",
    requestId: "text?",
    actor: "text",
    occurredAtMs: "count",
    recordedAtMs: "count",
    changeMicroKyat: "amount",
    availableMicroKyat: "amount",
    heldMicroKyat: "amount",
    legs: "json",
  },
  key: [],
  indexes: [],
});

/** GET /v1/accounts/{accountId}/journal. */
export const journalRoute: ReadRoute = readRoute({
  path: "/v1/accounts/{accountId}/journal",
  permission: "account:read",
  summary: "What moved an account's money up to a time or a position, newest first.",
  scope: "path",
  reads: [],
  query: z.object({ ...asOfQuery, ...listQuery([positionSchema]) }).refine(onlyOne, ONLY_ONE),
  answer: pageSchema(journalRowSchema),
  async handle({ accountId, principal, query }, { db, shards }) {
    if (accountId === null) return null;
    const asOf = await placeOf(db, shardOf(accountId, shards), query);
    const before = query.cursor === undefined ? asOf.position + 1n : BigInt(query.cursor[0]);
    const every = isAllowed(principal, "ledger:read", null);
    const rows = await journalBefore(db, accountId, asOf, before, query.limit + 1, every);
    return pageOf(rows, query.limit, (row) => [row.position.toString()], (row) => row);
  },
});

/** At most `limit` rows before a position, newest first; with `every` leg or the customer's own. */
async function journalBefore(
  db: Queryable,
  accountId: string,
  { shard }: AsOf,
  before: bigint,
  limit: number,
  every: boolean,
) {
  const [wallet, holds] = [`2000:${accountId}`, `2010:${accountId}`];
  const moved = (account: string) =>
    sql`(select position from ledger.posting
      where shard = ${shard} and account = ${account} and currency = 'MMK'
        and position < ${before.toString()}::int8
      order by position desc limit ${limit})`;
  const balance = (account: string) =>
    sql`(select coalesce((select -balance_after from ledger.posting p
      where p.shard = ${shard} and p.account = ${account} and p.currency = 'MMK'
        and p.position <= moved.position
      order by p.position desc, p.leg desc limit 1), 0))`;
  const { rows } = await sql<Record<string, unknown>>`
    select e.shard, e.position, e.event_id as "eventId", e.type, e.request_id as "requestId",
      ${
    every ? sql`e.actor` : sql`split_part(e.actor, ':', 1)`
  } as actor, e.occurred_at as "occurredAtMs", e.recorded_at as "recordedAtMs",
      coalesce((select -sum(p.amount) from ledger.posting p where p.shard = e.shard
        and p.position = e.position and p.account = ${wallet}), 0) as "changeMicroKyat",
      ${balance(wallet)} as "availableMicroKyat", ${balance(holds)} as "heldMicroKyat",
      (select jsonb_agg(jsonb_build_object('leg', p.leg, 'account', p.account, 'currency',
          p.currency, 'amount', p.amount::text, 'balanceAfter', p.balance_after::text) order by p.leg)
        from ledger.posting p where p.shard = e.shard and p.position = e.position
          ${every ? sql`` : sql`and p.account in (${wallet}, ${holds})`}) as legs
    from (select distinct position from (${moved(wallet)} union all ${moved(holds)}) either
      order by position desc limit ${limit}) moved
    join ledger.event e on e.shard = ${shard} and e.position = moved.position
    order by e.position desc
  `.execute(db);
  return rows.map((row) => decodeRow(journalTable, row));
}
