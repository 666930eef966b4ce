/** The rows that a batch touches: loaded at once, changed in memory, written at once. @module */
import type { RowMemory } from "./memory.ts";
import type { Columns, RowOf, Table } from "./spec.ts";
import {
  deleteRows,
  type KeyOf,
  keyText,
  type Queryable,
  selectByKey,
  upsertRows,
} from "./store.ts";

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

/**
 * Loads the rows of these keys from `schema`. A key that is asked for later must be among them. With
 * a `memory`, as a rebuild has one, rows come from there and stay there.
 */
export async function loadRows<C extends Columns>(
  db: Queryable,
  schema: string,
  described: Table<C>,
  keys: readonly KeyOf<C>[],
  memory?: RowMemory,
): Promise<LoadedRows<C>> {
  if (memory !== undefined) return await keptRows(memory, described, keys);
  const textOf = (row: KeyOf<C>) => keyText(described, row);
  const wanted = new Map(keys.map((key) => [textOf(key), key]));
  const current = new Map<string, RowOf<C>>();
  for (const row of await selectByKey(db, schema, described, [...wanted.values()])) {
    current.set(textOf(row), row);
  }
  const stored = new Set(current.keys());
  const changed = new Set<string>();
  const checked = (key: KeyOf<C>) => {
    const text = textOf(key);
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

/** Rows that stay in a memory: saving them is left to it. */
async function keptRows<C extends Columns>(
  memory: RowMemory,
  described: Table<C>,
  keys: readonly KeyOf<C>[],
): Promise<LoadedRows<C>> {
  await memory.load(described, keys);
  return {
    get: (key) => memory.get(described, key),
    put: (row) => memory.put(described, row),
    remove: (key) => memory.remove(described, key),
    save: () => Promise.resolve(),
  };
}
