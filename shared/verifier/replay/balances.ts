/** The books: every balance, from the postings. @module */
import type { PostingLine } from "../lines_of_export.ts";
import type { Place } from "./place.ts";

/** A balance that changes. */
interface Cell {
  balance: bigint;
}

/** Accounts that one customer may not have below zero: a credit balance is a negative one. */
const customers = /^20[01]0:/;

/** All balances of a shard by account and currency. */
export class Balances {
  readonly #cells = new Map<string, Map<string, Cell>>();

  /** Sets a balance from before the export. */
  open(account: string, currency: string, balance: bigint): void {
    this.#cell(account, currency).balance = balance;
  }

  /** A balance, 0 when nothing was ever posted. */
  of(account: string, currency: string): bigint {
    return this.#cells.get(currency)?.get(account)?.balance ?? 0n;
  }

  /** Adds the postings of an event and checks what they leave. */
  post(postings: readonly PostingLine[], amounts: readonly bigint[], place: Place): void {
    for (let index = 0; index < postings.length; index++) {
      const { account, currency, balanceAfter } = postings[index]!;
      const cell = this.#cell(account, currency);
      const expected = cell.balance + amounts[index]!;
      const said = BigInt(balanceAfter);
      place.check(
        "running",
        said === expected
          ? null
          : `${account} has ${said} ${currency} after leg ${index + 1}, computed ${expected}`,
      );
      // Going on from what was said, one wrong balance is one finding.
      cell.balance = said;
      if (!customers.test(account)) continue;
      place.check("wallet", said > 0n ? `${account} is overdrawn by ${said} ${currency}` : null);
    }
  }

  /** Every balance; sorted by nothing. */
  *all(): Generator<{ account: string; currency: string; balance: bigint }> {
    for (const [currency, cells] of this.#cells) {
      for (const [account, { balance }] of cells) yield { account, currency, balance };
    }
  }

  /** How many balances there are. */
  get size(): number {
    let size = 0;
    for (const cells of this.#cells.values()) size += cells.size;
    return size;
  }

  #cell(account: string, currency: string): Cell {
    let cells = this.#cells.get(currency);
    if (cells === undefined) this.#cells.set(currency, cells = new Map());
    let cell = cells.get(account);
    if (cell === undefined) cells.set(account, cell = { balance: 0n });
    return cell;
  }
}
