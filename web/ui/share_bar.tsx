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
      <span class="share-bar" aria-hidden="true">
        <span style={{ width: `${partOf(value, most, 100)}%` }} />
      </span>
    </span>
  );
}
