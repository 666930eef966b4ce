/** Tables described once: their DDL, their rows in TypeScript and their JSON all follow. @module */

/**
 * What a column holds: `amount` is money as numeric(38,0) and bigint, `count` an int8 within safe
 * integers, `position` an int8 as bigint. A trailing `?` allows null.
 */
export type ColumnKind = BaseKind | `${BaseKind}?`;

type BaseKind = "text" | "uuid" | "day" | "amount" | "count" | "position" | "json";

interface ValueOf {
  text: string;
  uuid: string;
  /** `YYYY-MM-DD`. */
  day: string;
  amount: bigint;
  count: number;
  position: bigint;
  json: unknown;
}

type ColumnValue<K extends ColumnKind> = K extends `${infer B extends BaseKind}?`
  ? ValueOf[B] | null
  : K extends BaseKind ? ValueOf[K]
  : never;

/** Columns by their camelCase name; in SQL the same in snake_case. */
export type Columns = Readonly<Record<string, ColumnKind>>;

/** A row of a table with these columns. */
export type RowOf<C extends Columns> = { [Name in keyof C]: ColumnValue<C[Name]> };

/** A table of a projection. */
export interface Table<C extends Columns = Columns> {
  readonly name: string;
  readonly columns: C;
  /** Names of the columns that identify a row. */
  readonly key: readonly string[];
  /** Further indexes, each a list of SQL column expressions such as `placed_at_ms desc`. */
  readonly indexes: readonly string[];
}

/** The row type of a table. */
export type TableRow<T> = T extends Table<infer C> ? RowOf<C> : never;

/** Describes a table; the type parameter keeps each column's kind. */
export function table<const C extends Columns>(description: Table<C>): Table<C> {
  return description;
}

const SQL_TYPES: Record<BaseKind, string> = {
  text: 'text collate "C"',
  uuid: "uuid",
  day: "date",
  amount: "numeric(38, 0)",
  count: "bigint",
  position: "bigint",
  json: "jsonb",
};

/** The SQL name of a column: `placedAtMs` is `placed_at_ms`. */
export function sqlName(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** The SQL type of a column; in a record set without its collation. */
export function sqlType(kind: ColumnKind): string {
  return SQL_TYPES[baseOf(kind)];
}

/** The column list of a `jsonb_to_recordset`. */
export function recordColumns({ columns }: Table, names: readonly string[]): string {
  return names.map((name) => `${sqlName(name)} ${sqlType(columns[name]!).split(" collate")[0]}`)
    .join(", ");
}

/** The select list that names each column as TypeScript does; `prefix` is a table alias. */
export function selectList({ columns }: Table, prefix: string): string {
  return Object.entries(columns).map(([name, kind]) => {
    const column = `${prefix}.${sqlName(name)}`;
    return `${baseOf(kind) === "day" ? `${column}::text` : column} as "${name}"`;
  }).join(", ");
}

/** The statement that creates a table with its primary key. */
export function createTableSql(schema: string, described: Table): string {
  const columns = Object.entries(described.columns).map(([name, kind]) =>
    `${sqlName(name)} ${sqlType(kind)}${kind.endsWith("?") ? "" : " not null"}`
  );
  const key = described.key.map(sqlName).join(", ");
  return `create table if not exists ${schema}.${described.name} (${
    columns.join(", ")
  }, primary key (${key}))`;
}

/** The statements that create a table's further indexes. */
export function createIndexesSql(schema: string, { name, indexes }: Table): string[] {
  return indexes.map((columns, index) =>
    `create index if not exists ${name}_${index + 1} on ${schema}.${name} (${columns})`
  );
}

/**
 * A row as TypeScript sees it, from what a driver returned: bigint, string or number for an int8.
 * Throws RangeError for a count beyond safe integers.
 */
export function decodeRow<C extends Columns>(
  { columns }: Table<C>,
  raw: Readonly<Record<string, unknown>>,
): RowOf<C> {
  const row: Record<string, unknown> = {};
  for (const [name, kind] of Object.entries(columns)) {
    const value = raw[name];
    row[name] = value === null || value === undefined ? null : decodeValue(baseOf(kind), value);
  }
  return row as RowOf<C>;
}

function decodeValue(kind: BaseKind, value: unknown): unknown {
  switch (kind) {
    case "amount":
    case "position":
      return BigInt(String(value));
    case "count":
      return safeCount(value);
    case "text":
    case "uuid":
    case "day":
    case "json":
      return value;
    default:
      return kind satisfies never;
  }
}

function safeCount(value: unknown): number {
  const count = Number(String(value));
  if (!Number.isSafeInteger(count)) throw new RangeError(`count ${value} is not a safe integer`);
  return count;
}

function baseOf(kind: ColumnKind): BaseKind {
  return kind.replace("?", "") as BaseKind;
}
