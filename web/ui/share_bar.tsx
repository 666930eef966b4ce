/** A row's part of the largest, drawn beneath its figure. @module */
import type { ComponentChildren } from "preact";
import { partOf } from "./column_chart.tsx";

/** `children` (the figure) over a bar as long as `value` is of `most`. */
export function ShareBar(
  { value, most, children }: {
    readonly value: bigint;
    readonly most: bigint;
    readonly children: ComponentChildren;
  },
) {
  return (
    <span class="share">
      {children}
      <svg class="share-bar" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">
        <rect class="chart-none" width="100" height="4" />
        <rect class="chart-bar" width={partOf(value, most, 100)} height="4" />
      </svg>
    </span>
  );
}
