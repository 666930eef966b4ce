/** The trial balance. */
import { page } from "fresh";
import type { TrialBalanceRow } from "../../shared/read_api/mod.ts";
import type { Page } from "../rooms/mod.ts";
import { define, roomsFor } from "../state.ts";
import { bookAmount, Notice, PageHead, Table } from "../ui/mod.ts";

/** The chart of accounts, by number. */
const ACCOUNT_NAMES: Readonly<Record<string, string>> = {
  "1000": "Bank MMK",
  "1010": "Gateway clearing",
  "1100": "Prepaid upstream USD",
  "2000": "Customer prepaid",
  "2010": "Holds",
  "2020": "Promotional credit",
  "2030": "Suspense receipts",
  "2100": "Upstream payable USD",
  "4000": "Usage revenue",
  "4090": "Promotions contra",
  "5000": "Upstream cost",
  "5010": "Unbillable upstream",
  "5200": "Rounding",
  "5400": "Adjustments",
};

export const handler = define.handlers<Page<TrialBalanceRow>>({
  async GET(ctx) {
    const { reads } = roomsFor(ctx.state, "ledger:read", null);
    return page(await reads.trialBalance());
  },
});

export default define.page<typeof handler>(({ data, state }) => {
  const { t } = state;
  const currencies = [...new Set(data.items.map((row) => row.currency))];
  state.title = t("books");
  return (
    <>
      <PageHead title={t("books")} intro={t("books_intro")} />
      <div class="stack">
        <div class="flex flex-wrap gap-3">
          {data.nextCursor === null && currencies.map((currency) => {
            const sum = sumOf(data.items, currency);
            return (
              <Notice key={currency} tone={sum === 0n ? "good" : "bad"}>
                {sum === 0n ? `✓ ${t("books_balanced", { currency })}` : t("books_unbalanced", {
                  currency,
                  amount: bookAmount(sum.toString(), currency),
                })}
              </Notice>
            );
          })}
        </div>
        <div class="panel">
          <Table
            caption={t("books")}
            rows={data.items}
            keyOf={(row) => `${row.account}/${row.currency}`}
            columns={[
              {
                title: t("ledger_account"),
                head: true,
                cell: (row) => <LedgerAccount code={row.account} />,
              },
              { title: t("currency"), cell: (row) => row.currency },
              {
                title: t("debit"),
                number: true,
                cell: (row) =>
                  row.balance.startsWith("-") ? "" : bookAmount(row.balance, row.currency),
              },
              {
                title: t("credit"),
                number: true,
                cell: (row) =>
                  row.balance.startsWith("-") ? bookAmount(row.balance.slice(1), row.currency) : "",
              },
            ]}
          />
        </div>
        <p class="quiet text-sm">{t("as_of", { position: data.position })}</p>
      </div>
    </>
  );
});

/** A ledger account such as `2000:demo`, with the name that its number has. */
function LedgerAccount({ code }: { code: string }) {
  const name = ACCOUNT_NAMES[code.slice(0, 4)];
  return (
    <span class="break">
      {code} {name !== undefined && <span class="quiet">{name}</span>}
    </span>
  );
}

/** A check of what is shown, not a figure of the books: it must be zero. */
function sumOf(rows: readonly TrialBalanceRow[], currency: TrialBalanceRow["currency"]): bigint {
  return rows.filter((row) => row.currency === currency)
    .reduce((sum, row) => sum + BigInt(row.balance), 0n);
}
