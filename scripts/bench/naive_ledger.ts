/**
 * The plain way to keep a prepaid wallet: lock the row, check, write, commit, for each operation.
 *
 * @module
 */
import type postgres from "postgres";

/** A wallet table of its own beside a journal; `accounts` wallets, each with ample credit. */
export async function createNaiveLedger(sql: postgres.Sql, accounts: number): Promise<void> {
  await sql`create schema if not exists naive`;
  await sql`create table naive.wallet (id int primary key, balance bigint not null,
    held bigint not null default 0)`;
  await sql`create table naive.journal (id bigint generated always as identity primary key,
    wallet int not null, request_id text not null, kind text not null, amount bigint not null,
    payload jsonb not null, recorded_at timestamptz not null default now(),
    unique (request_id, kind))`;
  await sql`create index on naive.journal (wallet, id)`;
  await sql`insert into naive.wallet (id, balance)
    select n, 1000000000000 from generate_series(0, ${accounts - 1}::int) n`;
}

/** One operation: a hold or its settlement, in a transaction of its own. */
export async function naiveOperation(
  sql: postgres.Sql,
  operation: {
    kind: "hold" | "settle";
    wallet: number;
    requestId: string;
    payload: postgres.JSONValue;
  },
): Promise<void> {
  const { kind, wallet, requestId, payload } = operation;
  await sql.begin(async (transaction) => {
    const [row] = await transaction`
      select balance, held from naive.wallet where id = ${wallet} for update`;
    if (row === undefined || BigInt(row.balance) < 1_000n) throw new Error("the wallet is empty");
    const change = kind === "hold"
      ? { balance: -1_000n, held: 1_000n }
      : { balance: 400n, held: -1_000n };
    await transaction`update naive.wallet set balance = balance + ${change.balance.toString()}::bigint,
      held = held + ${change.held.toString()}::bigint where id = ${wallet}`;
    await transaction`insert into naive.journal (wallet, request_id, kind, amount, payload)
      values (${wallet}, ${requestId}, ${kind}, 1000, ${transaction.json(payload)})`;
  });
}
