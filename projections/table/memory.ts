/** Rows that a rebuild keeps between batches, so that each is written once and not once a batch. @module */
import {
  deleteRows,
  type KeyOf,
  keyText,
  type Queryable,
  selectByKey,
  upsertRows,
} from "./store.ts";
import type { Columns, RowOf, Table } from "./spec.ts";

/** The rows of one table that are kept, with what was not written yet. */
interface Kept {
  readonly described: Table;
  /** In the order of their last use, the longest unused first. */
  readonly rows: Map<string, RowOf<Columns>>;
  readonly changed: Set<string>;
  readonly removed: Map<string, KeyOf<Columns>>;
  /** Whether the table may hold rows that are not kept here. */
  stored: boolean;
}

/** What {@link createRowMemory} keeps. */
export interface RowMemory {
  /** Makes the rows of these keys present, reading from the table what is not kept. */
  load<C extends Columns>(described: Table<C>, keys: readonly KeyOf<C>[]): Promise<void>;
  get<C extends Columns>(described: Table<C>, key: KeyOf<C>): RowOf<C> | null;
  put<C extends Columns>(described: Table<C>, row: RowOf<C>): void;
  remove<C extends Columns>(described: Table<C>, key: KeyOf<C>): void;
  /** Drops the kept rows that `match`; those that were written already are the caller's to delete. */
  discard<C extends Columns>(described: Table<C>, match: (row: RowOf<C>) => boolean): void;
  /** Writes everything. */
  flushAll(): Promise<void>;
  /** Writes tables that keep more than `limit` rows and drops the half that was unused longest. */
  shrink(limit: number): Promise<void>;
}

const WRITTEN_AT_ONCE = 5_000;

/**
 * Keeps the rows of empty tables in `schema` while they are filled. Nobody else may write to them:
 * what was once loaded is not looked at again.
 */
export function createRowMemory(db: Queryable, schema: string): RowMemory {
  const tables = new Map<string, Kept>();
  const of = (described: Table): Kept => {
    const known = tables.get(described.name);
    if (known !== undefined) return known;
    const kept = {
      described,
      rows: new Map(),
      changed: new Set<string>(),
      removed: new Map(),
      stored: false,
    };
    tables.set(described.name, kept);
    return kept;
  };
  const write = async (kept: Kept) => {
    const { described, rows, changed, removed } = kept;
    const upserts = [...changed].map((text) => rows.get(text)!);
    for (const part of chunks(upserts)) await upsertRows(db, schema, described, part);
    for (const part of chunks([...removed.values()])) {
      await deleteRows(db, schema, described, part);
    }
    kept.stored ||= upserts.length > 0;
    changed.clear();
    removed.clear();
  };
  return {
    async load(described, keys) {
      const kept = of(described);
      if (!kept.stored) return;
      const missing = new Map<string, KeyOf<Columns>>();
      for (const key of keys) {
        const text = keyText(described, key);
        if (!kept.rows.has(text) && !kept.removed.has(text)) missing.set(text, key);
      }
      for (const row of await selectByKey(db, schema, described as Table, [...missing.values()])) {
        kept.rows.set(keyText(described as Table, row), row);
      }
    },
    get(described, key) {
      return (of(described).rows.get(keyText(described, key)) ?? null) as never;
    },
    put(described, row) {
      const kept = of(described);
      const text = keyText(described, row);
      // Taken out first, so that it goes to the end: the row that was used last.
      kept.rows.delete(text);
      kept.rows.set(text, row);
      kept.changed.add(text);
      kept.removed.delete(text);
    },
    remove(described, key) {
      const kept = of(described);
      const text = keyText(described, key);
      kept.rows.delete(text);
      kept.changed.delete(text);
      if (kept.stored) kept.removed.set(text, key);
    },
    discard(described, match) {
      const kept = of(described);
      for (const [text, row] of kept.rows) {
        if (!match(row as never)) continue;
        kept.rows.delete(text);
        kept.changed.delete(text);
      }
    },
    async flushAll() {
      for (const kept of tables.values()) await write(kept);
    },
    async shrink(limit) {
      for (const kept of tables.values()) {
        if (kept.rows.size + kept.removed.size <= limit) continue;
        await write(kept);
        const drop = Math.max(0, kept.rows.size - (limit >> 1));
        for (const text of [...kept.rows.keys()].slice(0, drop)) kept.rows.delete(text);
      }
    },
  };
}

function chunks<T>(all: readonly T[]): T[][] {
  const result: T[][] = [];
  for (let from = 0; from < all.length; from += WRITTEN_AT_ONCE) {
    result.push(all.slice(from, from + WRITTEN_AT_ONCE));
  }
  return result;
}
