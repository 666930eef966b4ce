/** Usage and cost by day, account, key, model and provider. @module */
import { sql } from "kysely";
import { type Usage, USAGE_CLASSES, type UsageClass } from "../../shared/usage/mod.ts";
import type { LogEvent } from "../log/mod.ts";
import { foldOne, type Projection } from "../projection/mod.ts";
import { loadRows, type Queryable, recordSet, type RowMemory, table } from "../table/mod.ts";
import {
  CALL_TYPES,
  callKeyOf,
  callsTable,
  type Contribution,
  foldCall,
  forgetLapsed,
} from "./calls.ts";

const dimensions = {
  day: "day",
  accountId: "text",
  keyId: "text",
  model: "text",
  provider: "text",
} as const;
const measures = {
  requests: "count",
  chargedMicroKyat: "amount",
  unbilledMicroKyat: "amount",
  costNanoUsd: "amount",
} as const;
const usageColumns = Object.fromEntries(
  USAGE_CLASSES.map((usageClass) => [`usage_${usageClass}`, "count"]),
) as Record<`usage_${UsageClass}`, "count">;

/** One row for each combination that occurred; units of each usage class in a column of its own. */
export const dailyUsageTable = table({
  name: "daily_usage",
  columns: { ...dimensions, ...measures, ...usageColumns },
  key: ["accountId", "day", "keyId", "model", "provider"],
  indexes: ["day, account_id, key_id, model, provider"],
});

/** The daily usage projection; a call counts once, on the day its hold ended. */
export const dailyUsage: Projection = {
  name: "daily_usage",
  version: 2,
  parts: [{
    tables: [dailyUsageTable, callsTable],
    types: CALL_TYPES,
    apply,
  }],
};

async function apply(
  db: Queryable,
  schema: string,
  events: readonly LogEvent[],
  memory?: RowMemory,
): Promise<void> {
  const keyed = events.flatMap((event) => {
    const key = callKeyOf(event);
    return key === null ? [] : [{ event, key }];
  });
  if (keyed.length === 0) return;
  const calls = await loadRows(db, schema, callsTable, keyed.map(({ key }) => key), memory);
  const contributions: Contribution[] = [];
  for (const { event } of keyed) {
    foldOne(() => contributions.push(...foldCall(calls, event)), event);
  }
  await calls.save();
  // By the calls' own events alone, so that the rows do not depend on how batches were cut.
  await forgetLapsed(db, schema, keyed.map(({ event }) => event), memory);
  await addUp(db, schema, sumByRow(contributions));
}

type Sum = Record<string, string | number | bigint>;

/** Sums contributions by the row they belong to; pure. */
export function sumByRow(contributions: readonly Contribution[]): Sum[] {
  const sums = new Map<string, Sum>();
  for (const { sign, call } of contributions) {
    const { day, accountId, keyId, model, provider } = call;
    const key = [day, accountId, keyId, model, provider].join("\u0000");
    const sum = sums.get(key) ?? emptySum({ day, accountId, keyId, model, provider });
    sums.set(key, sum);
    const amountSign = BigInt(sign);
    sum.requests = sum.requests as number + sign;
    for (const name of ["chargedMicroKyat", "unbilledMicroKyat", "costNanoUsd"] as const) {
      sum[name] = sum[name] as bigint + amountSign * call[name];
    }
    for (const [usageClass, units] of Object.entries(call.usage as Usage)) {
      sum[`usage_${usageClass}`] = sum[`usage_${usageClass}`] as number + sign * units;
    }
  }
  return [...sums.values()];
}

function emptySum(of: Record<keyof typeof dimensions, string>): Sum {
  const units = Object.fromEntries(Object.keys(usageColumns).map((name) => [name, 0]));
  return {
    ...of,
    requests: 0,
    chargedMicroKyat: 0n,
    unbilledMicroKyat: 0n,
    costNanoUsd: 0n,
    ...units,
  };
}

async function addUp(db: Queryable, schema: string, sums: readonly Sum[]): Promise<void> {
  if (sums.length === 0) return;
  const target = `${schema}.${dailyUsageTable.name}`;
  await sql`
    insert into ${sql.raw(`${target} as t (${COLUMN_LIST})`)}
    select ${sql.raw(COLUMN_LIST)} from ${recordSet(dailyUsageTable, COLUMN_NAMES, sums)}
    on conflict (account_id, day, key_id, model, provider) do update set ${sql.raw(ADDITIONS)}
  `.execute(db);
  // A late report may name another provider: the call moves, and an emptied row must not stay.
  if (!sums.some((sum) => (sum.requests as number) < 0 || sum.requests === 0)) return;
  await sql`
    delete from ${sql.raw(target)} t
    using ${recordSet(dailyUsageTable, Object.keys(dimensions), sums)}
    where t.account_id = r.account_id and t.day = r.day and t.key_id = r.key_id
      and t.model = r.model and t.provider = r.provider and t.requests = 0
  `.execute(db);
}

const COLUMN_NAMES = Object.keys(dailyUsageTable.columns);
const COLUMN_LIST = COLUMN_NAMES.map(snake).join(", ");
const ADDITIONS = [...Object.keys(measures), ...Object.keys(usageColumns)].map(snake)
  .map((name) => `${name} = t.${name} + excluded.${name}`).join(", ");

function snake(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
