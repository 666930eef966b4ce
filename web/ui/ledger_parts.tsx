/** What pages about the ledger share. @module */
import { formatDecimal } from "../../shared/money/mod.ts";
import type { Translate } from "../i18n/mod.ts";
import { Table } from "./table.tsx";

/** Decimals of the smallest unit that the books keep: microkyat, nanodollars. */
const DECIMALS = { MMK: 6, USD: 9 } as const;

/** A currency of the books. */
export type BookCurrency = keyof typeof DECIMALS;

/** An amount of the books, given in its smallest unit as decimal text, with all its decimals. */
export function bookAmount(amount: string, currency: BookCurrency): string {
  const decimals = DECIMALS[currency];
  const text = formatDecimal(BigInt(amount), decimals, decimals);
  const [whole = "0", fraction = ""] = text.replace("-", "−").split(".");
  return `${whole.replace(/\B(?=(\d{3})+$)/g, ",")}.${fraction}`;
}

interface Leg {
  readonly leg: number;
  readonly account: string;
  readonly currency: BookCurrency;
  readonly amount: string;
  readonly balanceAfter: string;
}

/** The double entry of an event. */
export function Legs({ legs, t }: { readonly legs: readonly Leg[]; readonly t: Translate }) {
  if (legs.length === 0) return <p class="empty">{t("no_legs")}</p>;
  const isDebit = ({ amount }: Leg) => !amount.startsWith("-");
  return (
    <Table
      caption={t("legs")}
      rows={legs}
      keyOf={({ leg }) => String(leg)}
      columns={[
        { title: t("ledger_account"), head: true, cell: (leg) => <code>{leg.account}</code> },
        { title: t("currency"), cell: (leg) => leg.currency },
        {
          title: t("debit"),
          number: true,
          cell: (leg) => isDebit(leg) ? bookAmount(leg.amount, leg.currency) : "",
        },
        {
          title: t("credit"),
          number: true,
          cell: (leg) => isDebit(leg) ? "" : bookAmount(leg.amount.slice(1), leg.currency),
        },
        {
          title: t("balance_after"),
          number: true,
          cell: (leg) => bookAmount(leg.balanceAfter, leg.currency),
        },
      ]}
    />
  );
}

/** A link to an event in full. */
export function EventLink(
  { event: { shard, position, type } }: {
    readonly event: { readonly shard: number; readonly position: string; readonly type: string };
  },
) {
  return (
    <a href={`/events/${shard}/${position}`}>
      {type} <code>#{position}</code>
    </a>
  );
}
