/** The books of a log that tests wrote: postings, balances and frames as the ledger derives them. @module */
import { type Kysely, sql } from "kysely";
import { ledgerDomain } from "../../ledger/shard/mod.ts";
import { decodeEvent, type RecordedEvent } from "../../shared/events/mod.ts";
import { stringifyWithBigint } from "../../shared/json.ts";

type Row = Pick<RecordedEvent, "type" | "schemaVersion" | "payload"> & {
  readonly shard: number;
  readonly position: bigint | string;
};

/**
 * Writes the postings of every event that has none yet, the balances after them, and one frame for
 * each of these events.
 */
export async function writeBooks(db: Kysely<unknown>): Promise<void> {
  const { rows } = await sql<Row>`
    select shard, position, type, schema_version as "schemaVersion", payload from ledger.event e
    where not exists (select from ledger.frame f
      where f.shard = e.shard and f.first_position = e.position)
    order by shard, position
  `.execute(db);
  const balances = await newestBalances(db);
  const legs = rows.flatMap((row) =>
    ledgerDomain.postings(decodeEvent(row)).map(({ account, currency, amount }, index) => {
      const key = `${row.shard}|${account}|${currency}`;
      const balance = (balances.get(key) ?? 0n) + amount;
      balances.set(key, balance);
      const { shard, position } = row;
      return { shard, position, leg: index + 1, account, currency, amount, balance };
    })
  );
  await sql`
    insert into ledger.posting (shard, position, leg, account, currency, amount, balance_after)
    select * from jsonb_to_recordset(${stringifyWithBigint(legs)}::text::jsonb)
      as r(shard int, position int8, leg int, account text, currency text, amount numeric,
        balance numeric)
  `.execute(db);
  await sql`
    insert into ledger.account (shard, account, currency, balance, position)
    select distinct on (shard, account, currency) shard, account, currency, balance_after, position
    from ledger.posting order by shard, account, currency, position desc, leg desc
    on conflict (shard, account, currency) do update
      set balance = excluded.balance, position = excluded.position
  `.execute(db);
  await sql`
    insert into ledger.frame (shard, first_position, count, previous_hash, merkle_root, hash, epoch,
      recorded_at)
    select shard, position, 1, hash, hash, hash, 1, recorded_at from ledger.event
    on conflict do nothing
  `.execute(db);
}

async function newestBalances(db: Kysely<unknown>): Promise<Map<string, bigint>> {
  const { rows } = await sql<{ key: string; balance: string }>`
    select concat(shard, '|', account, '|', currency) as key, balance from ledger.account
  `.execute(db);
  return new Map(rows.map(({ key, balance }) => [key, BigInt(balance)]));
}
