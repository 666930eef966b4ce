/** The balances at the beginning and the end of an export. @module */
import { sql } from "kysely";
import type { LedgerDatabase, Posting } from "../../../ledger/store/mod.ts";

/** Balances by account and currency, in memory: as many as the books have accounts. */
export class Books {
  readonly #balances = new Map<string, { account: string; currency: string; balance: bigint }>();

  /** Takes what a posting leaves. */
  set({ account, currency, balanceAfter }: Omit<Posting, "position" | "leg" | "amount">): void {
    this.#balances.set(`${account}|${currency}`, { account, currency, balance: balanceAfter });
  }

  /** The lines of a balances file, sorted by account, then currency, as UTF-16 code units. */
  *lines(): Generator<string> {
    const sorted = [...this.#balances.values()].sort((one, other) =>
      compare(one.account, other.account) || compare(one.currency, other.currency)
    );
    for (const { account, currency, balance } of sorted) {
      yield `{"account":${JSON.stringify(account)},"balance":"${balance}",` +
        `"currency":${JSON.stringify(currency)}}`;
    }
  }
}

function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}

/** Every balance just before a position, as the last posting on each account left it. */
export async function booksBefore(
  database: LedgerDatabase,
  shard: number,
  position: bigint,
): Promise<Books> {
  const books = new Books();
  if (position === 1n) return books;
  const { rows } = await sql<{ account: string; currency: string; balance_after: string }>`
    SELECT DISTINCT ON (account, currency) account, currency, balance_after
    FROM ledger.posting WHERE shard = ${shard}::int AND position < ${position}::int8
    ORDER BY account, currency, position DESC, leg DESC`.execute(database);
  for (const { account, currency, balance_after } of rows) {
    books.set({ account, currency: currency as "MMK", balanceAfter: BigInt(balance_after) });
  }
  return books;
}
