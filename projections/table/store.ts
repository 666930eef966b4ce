/** Rows in SQL: selected, written and deleted in bulk. @module */
import { type Kysely, sql } from "kysely";
import { stringifyWithBigint } from "../../shared/json.ts";
import {
  type Columns,
  decodeRow,
  recordColumns,
  type RowOf,
  selectList,
  sqlName,
  type Table,
} from "./spec.ts";

/** Anything that runs SQL: the database or a transaction. */
export type Queryable = Kysely<unknown>;

/** The identifying columns of a row. */
export type KeyOf<C extends Columns> = Partial<RowOf<C>>;

/** A key as one text; equal for equal keys of a table. */
export function keyText<C extends Columns>({ key }: Table<C>, row: KeyOf<C>): string {
  // Most tables have one key column, and this is asked for every event.
  const [only] = key;
  if (key.length === 1) return String(row[only!]);
  return key.map((name) => String(row[name])).join("\u0000");
}

/** The rows of these keys that there are, in no order. */
export async function selectByKey<C extends Columns>(
  db: Queryable,
  schema: string,
  described: Table<C>,
  keys: readonly KeyOf<C>[],
): Promise<RowOf<C>[]> {
  if (keys.length === 0) return [];
  const { rows } = await sql<Record<string, unknown>>`
    select ${sql.raw(selectList(described, "t"))}
    from ${sql.raw(`${schema}.${described.name}`)} t
    join ${keySet(described, keys)} using (${sql.raw(described.key.map(sqlName).join(", "))})
  `.execute(db);
  return rows.map((row) => decodeRow(described, row));
}

/** Adds rows or replaces those of the same key, in one statement. */
export async function upsertRows<C extends Columns>(
  db: Queryable,
  schema: string,
  described: Table<C>,
  rows: readonly RowOf<C>[],
): Promise<void> {
  if (rows.length === 0) return;
  const names = Object.keys(described.columns);
  const list = names.map(sqlName).join(", ");
  const key = described.key.map(sqlName).join(", ");
  const updates = names.filter((name) => !described.key.includes(name))
    .map((name) => `${sqlName(name)} = excluded.${sqlName(name)}`).join(", ");
  await sql`
    insert into ${sql.raw(`${schema}.${described.name}`)} (${sql.raw(list)})
    select ${sql.raw(list)} from ${recordSet(described, names, rows)}
    on conflict (${sql.raw(key)}) do update set ${sql.raw(updates)}
  `.execute(db);
}

/** Deletes the rows of these keys, in one statement. */
export async function deleteRows<C extends Columns>(
  db: Queryable,
  schema: string,
  described: Table<C>,
  keys: readonly KeyOf<C>[],
): Promise<void> {
  if (keys.length === 0) return;
  const matches = described.key.map((name) => `t.${sqlName(name)} = r.${sqlName(name)}`);
  await sql`
    delete from ${sql.raw(`${schema}.${described.name}`)} t
    using ${keySet(described, keys)} where ${sql.raw(matches.join(" and "))}
  `.execute(db);
}

function keySet<C extends Columns>(described: Table<C>, keys: readonly KeyOf<C>[]) {
  const bare = keys.map((key) =>
    Object.fromEntries(described.key.map((name) => [name, key[name]]))
  );
  return recordSet(described, described.key, bare);
}

/** Rows as a record set aliased `r`; sent as text, because drivers disagree on jsonb arrays. */
export function recordSet(
  described: Table,
  names: readonly string[],
  rows: readonly Readonly<Record<string, unknown>>[],
) {
  const records = rows.map((row) =>
    Object.fromEntries(names.map((name) => [sqlName(name), row[name]]))
  );
  return sql`jsonb_to_recordset(${stringifyWithBigint(records)}::text::jsonb)
    as r(${sql.raw(recordColumns(described, names))})`;
}
