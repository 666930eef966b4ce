/** Rows as columns of text, the cheapest way into PostgreSQL that both drivers share. @module */

/**
 * One column of rows as one text, a line each; empty text is null. Throws RangeError for text with a
 * line break, which separates the rows: nothing the ledger writes has one, JSON writes it as an
 * escape.
 */
export function column<Row>(rows: readonly Row[], textOf: (row: Row) => string): string {
  let lines = "";
  for (let index = 0; index < rows.length; index++) {
    if (index > 0) lines += "\n";
    lines += textOf(rows[index]!);
  }
  let breaks = 0;
  for (let at = lines.indexOf("\n"); at !== -1; at = lines.indexOf("\n", at + 1)) breaks += 1;
  if (breaks !== Math.max(0, rows.length - 1)) {
    throw new RangeError("an append has no place for text with a line break");
  }
  return lines;
}
