/** Sums of cost, as columns by day or with bars by anything else. @module */
import { formatKyat } from "../../shared/money/mod.ts";
import type { CostRow } from "../../shared/read_api/mod.ts";
import { kyatText, wholeNumber } from "../format/mod.ts";
import type { Translate } from "../i18n/mod.ts";
import type { CostView } from "../rooms/mod.ts";
import { bookAmount, ColumnChart, highestOf, Money, ShareBar, Table } from "../ui/mod.ts";

/** A chart and the table of one view. */
export function CostTable(
  { view, rows, t }: {
    readonly view: CostView;
    readonly rows: readonly CostRow[];
    readonly t: Translate;
  },
) {
  const shown = view === "by-day" ? rows : rows.toSorted(byCharge);
  const most = highestOf(shown.map((row) => ({ value: BigInt(row.chargedMicroKyat) })));
  return (
    <>
      {view === "by-day" && most > 0n && <DayChart rows={rows} most={most} t={t} />}
      <Table
        caption={t(`costs_${view}`)}
        rows={view === "by-day" ? shown.toReversed() : shown}
        keyOf={nameOf}
        columns={[
          {
            title: t(`dimension_${view}`),
            head: true,
            cell: (row) => <Name row={row} view={view} />,
          },
          { title: t("requests"), number: true, cell: (row) => wholeNumber(row.requests) },
          {
            title: `${t("charge_taken")} (${t("kyat")})`,
            number: true,
            cell: (row) => (
              <ShareBar value={BigInt(row.chargedMicroKyat)} most={most}>
                <Money microKyat={row.chargedMicroKyat} minimumDecimals={6} />
              </ShareBar>
            ),
          },
          {
            title: t("unbilled"),
            number: true,
            cell: (row) =>
              row.unbilledMicroKyat === "0"
                ? <span class="quiet">–</span>
                : <Money microKyat={row.unbilledMicroKyat} minimumDecimals={6} />,
          },
          {
            title: `${t("provider_cost")} (USD)`,
            number: true,
            cell: (row) => bookAmount(row.costNanoUsd, "USD"),
          },
        ]}
      />
    </>
  );
}

function byCharge(one: CostRow, other: CostRow): number {
  const [a, b] = [BigInt(one.chargedMicroKyat), BigInt(other.chargedMicroKyat)];
  return a === b ? nameOf(one).localeCompare(nameOf(other)) : a > b ? -1 : 1;
}

function nameOf(row: CostRow): string {
  return [row.day, row.accountId, row.keyId, row.model, row.provider, row.modality]
    .filter((part) => part !== null).join(" · ");
}

function Name({ row, view }: { row: CostRow; view: CostView }) {
  if (view !== "by-key") return <span class="break">{nameOf(row)}</span>;
  return (
    <span class="break">
      <a href={`/accounts/${row.accountId}`}>{row.accountId}</a> · <code>{row.keyId}</code>
    </span>
  );
}

/** At most that many labels fit beneath the columns. */
const MOST_LABELS = 8;

function DayChart({ rows, most, t }: { rows: readonly CostRow[]; most: bigint; t: Translate }) {
  const every = Math.ceil(rows.length / MOST_LABELS);
  return (
    <div class="panel-body">
      <ColumnChart
        label={t("costs_by-day")}
        most={`${formatKyat(most)} ${t("kyat")}`}
        columns={rows.map(({ day, chargedMicroKyat, requests }, index) => ({
          key: day ?? "",
          value: BigInt(chargedMicroKyat),
          title: `${day}: ${kyatText(chargedMicroKyat)} ${t("kyat")} · ${requests}`,
          label: (rows.length - 1 - index) % every === 0
            ? { text: (day ?? "").slice(5), minor: (rows.length - 1 - index) % (2 * every) !== 0 }
            : null,
        }))}
      />
    </div>
  );
}
