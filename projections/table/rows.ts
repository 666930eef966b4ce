/** The rows that a batch touches: loaded at once, changed in memory, written at once. @module */
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

/** Working copies of rows, by key. */
export interface Rows<C extends Columns> {
  /** The row of this key, or null. It must not be changed in place: {@link put} a new one. */
  get(key: KeyOf<C>): RowOf<C> | null;
  /** Adds the row or replaces the one of the same key. */
  put(row: RowOf<C>): void;
  /** Removes the row of this key, if there is one. */
  remove(key: KeyOf<C>): void;
}

/** Rows that remember what changed. */
export interface LoadedRows<C extends Columns> extends Rows<C> {
  /** Writes what changed: at most one upsert and one delete. */
  save(): Promise<void>;
}

/** Loads the rows of these keys from `schema`. A key that is asked for later must be among them. */
export async function loadRows<C extends Columns>(
  db: Queryable,
  schema: string,
  described: Table<C>,
  keys: readonly KeyOf<C>[],
): Promise<LoadedRows<C>> {
  const keyText = (row: KeyOf<C>) => described.key.map((name) => String(row[name])).join("\u0000");
  const wanted = new Map(keys.map((key) => [keyText(key), key]));
  const current = new Map<string, RowOf<C>>();
  for (const row of await selectByKey(db, schema, described, [...wanted.values()])) {
    current.set(keyText(row), row);
  }
  const stored = new Set(current.keys());
  const changed = new Set<string>();
  const checked = (key: KeyOf<C>) => {
    const text = keyText(key);
    if (!wanted.has(text)) throw new Error(`${described.name}: row ${text} was not loaded`);
    return text;
  };
  return {
    get: (key) => current.get(checked(key)) ?? null,
    put(row) {
      const text = checked(row);
      current.set(text, row);
      changed.add(text);
    },
    remove(key) {
      const text = checked(key);
      current.delete(text);
      changed.add(text);
    },
    async save() {
      const upserts = [...changed].flatMap((text) => {
        const row = current.get(text);
        return row === undefined ? [] : [row];
      });
      const deletes = [...changed].filter((text) => !current.has(text) && stored.has(text))
        .map((text) => wanted.get(text)!);
      await upsertRows(db, schema, described, upserts);
      await deleteRows(db, schema, described, deletes);
    },
  };
}

async function selectByKey<C extends Columns>(
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

async function deleteRows<C extends Columns>(
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
