/** Rows as columns of text, the cheapest way into PostgreSQL that both drivers share. @module */
import { type RawBuilder, sql } from "kysely";

/** The types of columns that appends have; amounts and positions travel as decimal digits. */
export type ColumnType = "text" | "int4" | "int8" | "numeric" | "uuid" | "jsonb" | "hex";

/**
 * `unnest(…)` over one text parameter per column, for a FROM clause; `columns` names each value's
 * column of the alias. Null only in text and uuid columns, where empty text means it. Throws
 * RangeError for text with a line break, which separates the rows: nothing the ledger writes has one,
 * JSON writes it as an escape.
 */
export function unnest(
  alias: string,
  columns: Readonly<Record<string, readonly [ColumnType, readonly string[]]>>,
): RawBuilder<unknown> {
  const names = Object.keys(columns);
  const arrays = Object.values(columns).map(([type, values]) => array(type, values));
  return sql`unnest(${sql.join(arrays)}) AS ${sql.id(alias)} (${
    sql.join(names.map((name) => sql.id(name)))
  })`;
}

function array(type: ColumnType, values: readonly string[]): RawBuilder<unknown> {
  const lines = values.join("\n");
  let breaks = 0;
  for (let at = lines.indexOf("\n"); at !== -1; at = lines.indexOf("\n", at + 1)) breaks += 1;
  if (breaks !== Math.max(0, values.length - 1)) {
    throw new RangeError("an append has no place for text with a line break");
  }
  const split = sql`string_to_array(${lines}::text, E'\n', '')`;
  switch (type) {
    case "text":
    case "hex":
    case "jsonb":
      // jsonb is cast row by row: an array of it would be built first.
      return split;
    case "int4":
      return sql`${split}::int4[]`;
    case "int8":
      return sql`${split}::int8[]`;
    case "numeric":
      return sql`${split}::numeric[]`;
    case "uuid":
      return sql`${split}::uuid[]`;
    default:
      return type satisfies never;
  }
}
