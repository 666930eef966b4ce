/** Spending by day as bars, drawn on the server. @module */
import { formatKyat } from "../../shared/money/mod.ts";
import type { Translate } from "../i18n/mod.ts";
import { ColumnChart, type ColumnLabel, highestOf } from "./column_chart.tsx";
import { Money } from "./values.tsx";

/** A day's bar. */
export interface DayBar {
  readonly day: string;
  readonly chargedMicroKyat: string;
  readonly requests: number;
}

/** The bars, oldest first, with the same figures as a table below. */
export function UsageChart(
  { days, t }: { readonly days: readonly DayBar[]; readonly t: Translate },
) {
  const columns = days.map(({ day, chargedMicroKyat, requests }, index) => ({
    key: day,
    value: BigInt(chargedMicroKyat),
    title: `${day}: ${formatKyat(BigInt(chargedMicroKyat))} ${t("kyat")} · ${requests}`,
    label: labelOf(day, days.length - 1 - index),
  }));
  const most = highestOf(columns);
  const count = String(days.length);
  if (most === 0n) return <p class="quiet">{t("usage_none", { days: count })}</p>;
  return (
    <>
      <ColumnChart
        columns={columns}
        label={t("usage_days", { days: count })}
        most={`${formatKyat(most)} ${t("kyat")}`}
      />
      <DayTable days={days} t={t} />
    </>
  );
}

/** Every second day has a label, counted from today, so that labels do not touch. */
function labelOf(day: string, daysAgo: number): ColumnLabel | null {
  return daysAgo % 2 === 0 ? { text: day.slice(5), minor: daysAgo % 4 !== 0 } : null;
}

function DayTable({ days, t }: { readonly days: readonly DayBar[]; readonly t: Translate }) {
  return (
    <details class="mt-2">
      <summary>{t("usage_table")}</summary>
      <table class="mt-2">
        <thead>
          <tr>
            <th scope="col">{t("day")}</th>
            <th scope="col" class="number">{t("requests")}</th>
            <th scope="col" class="number">{t("charge")}</th>
          </tr>
        </thead>
        <tbody>
          {days.toReversed().map(({ day, requests, chargedMicroKyat }) => (
            <tr key={day}>
              <td>{day}</td>
              <td class="number">{requests}</td>
              <td class="number">
                <Money microKyat={chargedMicroKyat} minimumDecimals={6} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  );
}
