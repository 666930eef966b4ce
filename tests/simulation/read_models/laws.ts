/** The laws about read models. @module */
import { decodeEvent } from "../../../shared/events/mod.ts";
import { stringifyWithBigint } from "../../../shared/json.ts";
import type { LogEvent } from "../../../projections/log/mod.ts";
import type { Projection } from "../../../projections/projection/mod.ts";
import {
  createRowMemory,
  decodeRow,
  type Queryable,
  type RowMemory,
  type Table,
} from "../../../projections/table/mod.ts";
import type { MemoryTables } from "../../../ledger/store/memory/mod.ts";
import type { Books } from "../books.ts";
import type { Violation } from "../laws.ts";
import type { ReadTables, Row } from "./database.ts";

/** Checks that read models stand at the log's end, and that they are what a replay makes of it. */
export async function checkReadModels(
  projections: readonly Projection[],
  tables: ReadTables,
  ledger: MemoryTables,
): Promise<Violation[]> {
  const found: Violation[] = [];
  for (const { projection, shard, position, error } of tables.checkpoints.values()) {
    const head = ledger.shards.get(shard)?.position ?? 0n;
    if (BigInt(position) === head && error === null) continue;
    const why = error === null ? "" : `: ${error}`;
    found.push({ law: "L2", detail: `${projection} is at ${position} of ${head}${why}` });
  }
  if (found.length > 0) return found;
  const events = [...ledger.shards].flatMap(([shard, rows]) =>
    rows.events.map((stored): LogEvent => ({
      shard,
      position: stored.position,
      recordedAtMs: stored.recordedAtMs,
      event: decodeEvent(stored),
    } as LogEvent))
  );
  for (const projection of projections) {
    for (const described of projection.parts.flatMap((part) => part.tables)) {
      const live = [...tables.rows.get(described.name)?.values() ?? []];
      const expected = await replayed(projection, described, events, live.length);
      const text = (rows: readonly object[]) => rows.map(stringifyWithBigint).toSorted().join("\n");
      const actual = live.map((row) =>
        ordered(described, decodeRow(described, named(described, row)))
      );
      if (text(actual) === text(expected)) continue;
      found.push({ law: "14", detail: `${described.name} is not what a replay makes of the log` });
    }
  }
  return found;
}

/** The rows that one event after the other leads to. */
async function replayed(
  projection: Projection,
  described: Table,
  events: readonly LogEvent[],
  atLeast: number,
): Promise<object[]> {
  // Nothing is written to it or read from it, as the rows stay in the memory.
  const nowhere = null as unknown as Queryable;
  const memory = createRowMemory(nowhere, "nowhere");
  const keys = new Map<string, Readonly<Record<string, unknown>>>();
  const seen: RowMemory = {
    ...memory,
    put(table, row) {
      if (table.name === described.name) {
        keys.set(described.key.map((name) => String((row as Row)[name])).join("\u0000"), row);
      }
      memory.put(table, row);
    },
  };
  for (const event of events) {
    for (const part of projection.parts) await part.apply(nowhere, "nowhere", [event], seen);
  }
  if (keys.size < atLeast) return [];
  return [...keys.values()].flatMap((key) => {
    const row = memory.get(described, key as never);
    return row === null ? [] : [ordered(described, row)];
  });
}

/** A row with its columns in the order of the table's. */
function ordered({ columns }: Table, row: Row): object {
  return Object.fromEntries(Object.keys(columns).map((name) => [name, row[name] ?? null]));
}

/** A row of SQL under the names that TypeScript has for its columns. */
function named({ columns }: Table, row: Row): Row {
  const sqlName = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  return Object.fromEntries(Object.keys(columns).map((name) => [name, row[sqlName(name)]]));
}

/** Checks the read model of balances against the books that are kept here. */
export function checkBalances(tables: ReadTables, books: readonly Books[]): Violation[] {
  const rows = tables.rows.get("balances");
  return books.flatMap(({ wallets }) => [...wallets]).flatMap(([accountId, wallet]) => {
    const row = rows?.get(accountId);
    const actual = [row?.credited_micro_kyat, row?.settled_micro_kyat, row?.held_micro_kyat];
    const expected = [wallet.credited, wallet.settled, wallet.held];
    if (actual.map(String).join() === expected.join()) return [];
    return [{ law: "10", detail: `${accountId} reads ${actual}, the log says ${expected}` }];
  });
}
