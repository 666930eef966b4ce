/** Calls and attempts by the minute, kept for as long as rules look back. @module */
import { sql } from "kysely";
import type { EventType } from "../../../shared/events/mod.ts";
import type { LogEvent } from "../../log/mod.ts";
import { foldOne, type Part, type Projection } from "../../projection/mod.ts";
import { type Queryable, recordSet, type Table, table } from "../../table/mod.ts";
import { callSignalOf, providerSignalsOf } from "./minutes.ts";

/** One row a minute (of Unix time), shard and account in which a call ended. */
export const callMinutesTable = table({
  name: "alert_call_minutes",
  columns: {
    shard: "count",
    minute: "count",
    accountId: "text",
    costNanoUsd: "amount",
    calls: "count",
    failedCalls: "count",
  },
  key: ["shard", "minute", "accountId"],
  indexes: ["minute"],
});

/** One row a minute, shard and provider that served a call or failed to. */
export const providerMinutesTable = table({
  name: "alert_provider_minutes",
  columns: {
    shard: "count",
    minute: "count",
    provider: "text",
    served: "count",
    failed: "count",
  },
  key: ["shard", "minute", "provider"],
  indexes: ["minute"],
});

const MINUTE_MS = 60_000;
/** Twice the longest window of a rule. */
const CALL_MINUTES_KEPT = 120;
/** After a day without a word a provider is not a subject any more. */
const PROVIDER_MINUTES_KEPT = 1_440;

/** The minute of Unix time in which `timeMs` lies. */
export function minuteOf(timeMs: number): number {
  return Math.floor(timeMs / MINUTE_MS);
}

/** The signals projection. */
export const alertSignals: Projection = {
  name: "alert_signals",
  version: 1,
  parts: [
    sumsPart({
      table: callMinutesTable,
      types: ["HoldSettled", "HoldReleased", "HoldExpired", "LateUsageSettled"],
      keptMinutes: CALL_MINUTES_KEPT,
      rowsOf(placed) {
        const signal = callSignalOf(placed);
        return signal === null ? [] : [{ ...signal }];
      },
    }),
    sumsPart({
      table: providerMinutesTable,
      types: ["HoldSettled", "HoldReleased", "LateUsageSettled"],
      keptMinutes: PROVIDER_MINUTES_KEPT,
      rowsOf: (placed) => providerSignalsOf(placed).map((signal) => ({ ...signal })),
    }),
  ],
};

type Sum = Readonly<Record<string, string | number | bigint>>;

/** A part whose rows are sums over the events of a shard's minute; old minutes are forgotten. */
function sumsPart(options: {
  readonly table: Table;
  readonly types: readonly EventType[];
  readonly keptMinutes: number;
  /** What an event adds, without its shard and minute. */
  rowsOf(event: LogEvent): readonly Sum[];
}): Part {
  const { table, types, keptMinutes, rowsOf } = options;
  return {
    tables: [table],
    types,
    async apply(db, schema, events) {
      const sums = new Map<string, Sum>();
      let newest = 0;
      for (const event of events) {
        foldOne(() => {
          const of = { shard: event.shard, minute: minuteOf(event.recordedAtMs) };
          for (const row of rowsOf(event)) {
            addTo(sums, table, { ...of, ...row });
            newest = Math.max(newest, of.minute);
          }
        }, event);
      }
      if (sums.size === 0) return;
      const name = `${schema}.${table.name}`;
      await addUp(db, name, table, [...sums.values()]);
      // By the time of what is counted, so that the cut into batches does not matter.
      await sql`
        delete from ${sql.raw(name)}
        where shard = ${events[0]!.shard} and minute <= ${newest - keptMinutes}::bigint
      `.execute(db);
    },
  };
}

function addTo(sums: Map<string, Sum>, { key }: Table, row: Sum): void {
  const text = key.map((name) => String(row[name])).join("\u0000");
  const before = sums.get(text);
  if (before === undefined) return void sums.set(text, row);
  const added = Object.entries(row).map(([name, value]) => [
    name,
    key.includes(name) ? value : plus(before[name]!, value),
  ]);
  sums.set(text, Object.fromEntries(added));
}

function plus(one: Sum[string], other: Sum[string]): number | bigint {
  return typeof one === "bigint" ? one + (other as bigint) : (one as number) + (other as number);
}

async function addUp(db: Queryable, name: string, described: Table, rows: readonly Sum[]) {
  const columns = Object.keys(described.columns);
  const list = columns.map(snake).join(", ");
  const additions = columns.filter((column) => !described.key.includes(column)).map(snake)
    .map((column) => `${column} = t.${column} + excluded.${column}`).join(", ");
  await sql`
    insert into ${sql.raw(`${name} as t (${list})`)}
    select ${sql.raw(list)} from ${recordSet(described, columns, rows)}
    on conflict (${sql.raw(described.key.map(snake).join(", "))})
      do update set ${sql.raw(additions)}
  `.execute(db);
}

function snake(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
