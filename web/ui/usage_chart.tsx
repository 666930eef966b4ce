/** Spending by day as bars, drawn on the server. @module */
import { formatKyat } from "../../shared/money/mod.ts";
import type { Translate } from "../i18n/mod.ts";
import { Money } from "./values.tsx";

/** A day's bar. */
export interface DayBar {
  readonly day: string;
  readonly chargedMicroKyat: string;
  readonly requests: number;
}

const WIDTH = 640;
const HEIGHT = 150;
const TOP = 22;
const BOTTOM = 24;
const PLOT = HEIGHT - TOP - BOTTOM;

/** The bars, oldest first, with the same figures as a table below. */
export function UsageChart(
  { days, t }: { readonly days: readonly DayBar[]; readonly t: Translate },
) {
  const charged = days.map((day) => BigInt(day.chargedMicroKyat));
  const most = charged.reduce((one, other) => one > other ? one : other, 0n);
  if (most === 0n) {
    return <p class="quiet">{t("usage_none", { days: String(days.length) })}</p>;
  }
  const step = WIDTH / days.length;
  return (
    <>
      <svg
        class="chart"
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        role="img"
        aria-label={t("usage_days", { days: String(days.length) })}
      >
        <text x="0" y="14">{formatKyat(most)} {t("kyat")}</text>
        <line class="chart-axis" x1="0" x2={WIDTH} y1={TOP} y2={TOP} stroke-dasharray="2 4" />
        {days.map(({ day, chargedMicroKyat, requests }, index) => (
          <Bar
            key={day}
            x={index * step}
            width={step}
            height={barHeight(charged[index] ?? 0n, most)}
            title={`${day}: ${formatKyat(BigInt(chargedMicroKyat))} ${t("kyat")} · ${requests}`}
            label={labelOf(day, days.length - 1 - index)}
          />
        ))}
        <line class="chart-axis" x1="0" x2={WIDTH} y1={TOP + PLOT} y2={TOP + PLOT} />
      </svg>
      <DayTable days={days} t={t} />
    </>
  );
}

/** Height in pixels; a day with any charge is seen. */
function barHeight(charged: bigint, most: bigint): number {
  if (charged <= 0n) return 0;
  return Math.max(2, Number(charged * BigInt(PLOT) * 10n / most) / 10);
}

interface DayLabel {
  readonly text: string;
  /** Whether it goes where there is little room. */
  readonly minor: boolean;
}

/** Every second day has a label, counted from today, so that labels do not touch. */
function labelOf(day: string, daysAgo: number): DayLabel | null {
  return daysAgo % 2 === 0 ? { text: day.slice(5), minor: daysAgo % 4 !== 0 } : null;
}

function Bar(
  { x, width, height, title, label }: {
    readonly x: number;
    readonly width: number;
    readonly height: number;
    readonly title: string;
    readonly label: DayLabel | null;
  },
) {
  const middle = x + width / 2;
  return (
    <g>
      <rect
        class={height === 0 ? "chart-none" : "chart-bar"}
        x={middle - width * 0.34}
        y={TOP + PLOT - Math.max(height, 1)}
        width={width * 0.68}
        height={Math.max(height, 1)}
        rx="2"
      >
        <title>{title}</title>
      </rect>
      {label !== null && (
        <text
          class={label.minor ? "chart-minor" : ""}
          x={middle}
          y={HEIGHT - 4}
          text-anchor="middle"
        >
          {label.text}
        </text>
      )}
    </g>
  );
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
