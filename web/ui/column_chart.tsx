/** Amounts as columns, drawn on the server. @module */

/** One column; `value` is at least 0. */
export interface ChartColumn {
  readonly key: string;
  readonly value: bigint;
  /** What a pointer over it says. */
  readonly title: string;
  /** What stands beneath it; null: nothing. */
  readonly label: ColumnLabel | null;
}

/** The text beneath a column. */
export interface ColumnLabel {
  readonly text: string;
  /** Whether it goes where there is little room. */
  readonly minor: boolean;
}

const WIDTH = 640;
const HEIGHT = 150;
const TOP = 22;
const BOTTOM = 24;
const PLOT = HEIGHT - TOP - BOTTOM;
/** Few columns stay columns. */
const WIDEST_STEP = WIDTH / 12;

/** The columns in order; `label` names the whole, `most` is the text of the highest value. */
export function ColumnChart(
  { columns, label, most }: {
    readonly columns: readonly ChartColumn[];
    readonly label: string;
    readonly most: string;
  },
) {
  const highest = highestOf(columns);
  const step = Math.min(WIDEST_STEP, WIDTH / Math.max(1, columns.length));
  return (
    <svg class="chart" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={label}>
      <text x="0" y="14">{most}</text>
      <line class="chart-axis" x1="0" x2={WIDTH} y1={TOP} y2={TOP} stroke-dasharray="2 4" />
      {columns.map((column, index) => (
        <Bar
          key={column.key}
          column={column}
          x={index * step}
          width={step}
          height={partOf(column.value, highest, PLOT)}
        />
      ))}
      <line class="chart-axis" x1="0" x2={WIDTH} y1={TOP + PLOT} y2={TOP + PLOT} />
    </svg>
  );
}

/** The highest value; 0 when there is none. */
export function highestOf(columns: readonly { readonly value: bigint }[]): bigint {
  return columns.reduce((most, { value }) => value > most ? value : most, 0n);
}

/** `value` as a length where `most` is `length` long; anything above 0 is seen. */
export function partOf(value: bigint, most: bigint, length: number): number {
  if (value <= 0n || most <= 0n) return 0;
  return Math.max(2, Number(value * BigInt(length) * 10n / most) / 10);
}

function Bar(
  { column: { title, label }, x, width, height }: {
    readonly column: ChartColumn;
    readonly x: number;
    readonly width: number;
    readonly height: number;
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
