/** Tables that stay readable on a narrow screen. @module */
import type { ComponentChildren } from "preact";

/** A column: its heading and how it shows a row. */
export interface Column<Row> {
  readonly title: string;
  readonly cell: (row: Row) => ComponentChildren;
  readonly number?: boolean;
  /** Whether this cell heads the card that a row becomes on a narrow screen. */
  readonly head?: boolean;
}

/** A table of `rows`; `caption` names it for assistive technology. */
export function Table<Row>(
  { caption, columns, rows, keyOf }: {
    readonly caption: string;
    readonly columns: readonly Column<Row>[];
    readonly rows: readonly Row[];
    readonly keyOf: (row: Row) => string;
  },
) {
  return (
    <div class="table-wrap">
      <table class="cards">
        <caption class="sr-only">{caption}</caption>
        <thead>
          <tr>
            {columns.map(({ title, number }) => (
              <th key={title} scope="col" class={number === true ? "number" : ""}>{title}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={keyOf(row)}>
              {columns.map(({ title, cell, number, head }) => (
                <td
                  key={title}
                  data-label={title}
                  class={`${number === true ? "number" : ""} ${head === true ? "card-head" : ""}`}
                >
                  {cell(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** Links to the first and the next page of a list; nothing when there is only one. */
export function Pager(
  { url, cursor, texts, parameter = "cursor" }: {
    readonly url: URL;
    readonly cursor: string | null;
    readonly texts: { readonly first: string; readonly next: string };
    readonly parameter?: string;
  },
) {
  const at = (value: string | null) => {
    const query = new URLSearchParams(url.search);
    query.delete("done");
    query.delete("at");
    if (value === null) query.delete(parameter);
    else query.set(parameter, value);
    return `${url.pathname}?${query}`;
  };
  const isFirst = !url.searchParams.has(parameter);
  if (isFirst && cursor === null) return null;
  return (
    <nav class="pager" aria-label={texts.next}>
      {!isFirst && <a class="button button-quiet button-small" href={at(null)}>{texts.first}</a>}
      {cursor !== null && (
        <a class="button button-quiet button-small" rel="next" href={at(cursor)}>{texts.next} →</a>
      )}
    </nav>
  );
}
