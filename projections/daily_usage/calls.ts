/** What each call adds to the daily figures, before they are summed. @module */
import { sql } from "kysely";
import type { Usage } from "../../shared/usage/mod.ts";
import type { LogEvent } from "../log/mod.ts";
import { type Queryable, type RowMemory, type Rows, table, type TableRow } from "../table/mod.ts";
import { yangonDay } from "./day.ts";

/**
 * Calls that may still add something: the open ones, and those whose hold expired lately, because
 * usage may arrive late once. `day` null: nothing was added yet.
 */
export const callsTable = table({
  name: "daily_usage_calls",
  columns: {
    requestId: "uuid",
    shard: "count",
    accountId: "text",
    keyId: "text",
    model: "text",
    day: "day?",
    provider: "text?",
    usage: "json",
    chargedMicroKyat: "amount",
    unbilledMicroKyat: "amount",
    costNanoUsd: "amount",
  },
  key: ["requestId"],
  indexes: ["shard, day"],
});

/** A day more than the ledger takes late usage for, because it goes by another clock. */
const KEPT_MS = 8 * 86_400_000;

/**
 * Removes the calls of a shard that can no longer get late usage at the time of these events, which
 * are not empty. Only the log's own time counts, and only this shard's: another one may be behind.
 */
export async function forgetLapsed(
  db: Queryable,
  schema: string,
  events: readonly LogEvent[],
  memory?: RowMemory,
): Promise<void> {
  const newestMs = events.reduce((newest, { recordedAtMs }) => Math.max(newest, recordedAtMs), 0);
  const oldestDay = yangonDay(Math.max(0, newestMs - KEPT_MS));
  const { shard } = events[0]!;
  memory?.discard(
    callsTable,
    (call) => call.shard === shard && call.day !== null && call.day < oldestDay,
  );
  await sql`
    delete from ${sql.raw(`${schema}.${callsTable.name}`)}
    where shard = ${shard} and day < ${oldestDay}::date
  `.execute(db);
}

/** See {@link callsTable}. */
export type Call = TableRow<typeof callsTable>;

/** What a call adds to (sign 1) or takes back from (sign −1) the row of its day. */
export interface Contribution {
  readonly sign: 1 | -1;
  readonly call: Call & { readonly day: string; readonly provider: string };
}

/** The types of the events that matter here. */
export const CALL_TYPES = [
  "HoldPlaced",
  "HoldSettled",
  "HoldReleased",
  "HoldExpired",
  "LateUsageSettled",
] as const;

/** The request of an event that matters here, or null. */
export function callKeyOf({ event }: LogEvent): { requestId: string } | null {
  switch (event.type) {
    case "HoldPlaced":
    case "HoldSettled":
    case "HoldReleased":
    case "HoldExpired":
    case "LateUsageSettled":
      return { requestId: event.payload.requestId };
    default:
      return null;
  }
}

/** Applies an event to the row of its call and returns what that adds to the daily figures. */
export function foldCall(
  rows: Rows<typeof callsTable.columns>,
  placed: LogEvent,
): readonly Contribution[] {
  const { event, shard } = placed;
  if (event.type === "HoldPlaced") {
    const { requestId, accountId, keyId, model } = event.payload;
    rows.put({ requestId, shard, accountId, keyId, model, day: null, provider: null, ...NOTHING });
    return [];
  }
  const key = callKeyOf(placed);
  if (key === null) return [];
  const before = rows.get(key);
  if (before === null) throw new Error(`request ${key.requestId} has no open call`);
  const { call, mayFollow } = endedCall(before, placed);
  if (mayFollow) rows.put(call);
  else rows.remove(key);
  return [
    ...(before.day === null ? [] : [contribution(before, -1)]),
    contribution(call, 1),
  ];
}

const NOTHING = {
  usage: {} as Usage,
  chargedMicroKyat: 0n,
  unbilledMicroKyat: 0n,
  costNanoUsd: 0n,
};

function endedCall(before: Call, { event, recordedAtMs }: LogEvent) {
  const day = before.day ?? yangonDay(recordedAtMs);
  switch (event.type) {
    case "HoldSettled": {
      const { usage, chargedMicroKyat, unbilledMicroKyat, costNanoUsd } = event.payload;
      const provider = event.payload.call.provider ?? "none";
      const money = { chargedMicroKyat, unbilledMicroKyat, costNanoUsd };
      const model = event.payload.model ?? before.model;
      const call = { ...before, day, provider, model, usage, ...money };
      return { call, mayFollow: event.payload.basis === "expiry" };
    }
    case "HoldReleased": {
      const provider = event.payload.call.provider ?? "none";
      return { call: { ...before, day, provider }, mayFollow: false };
    }
    case "LateUsageSettled": {
      const { usage, chargedMicroKyat, unbilledMicroKyat, costNanoUsd, call } = event.payload;
      return {
        call: {
          ...before,
          day,
          provider: call.provider ?? "none",
          model: event.payload.model ?? before.model,
          usage,
          chargedMicroKyat: before.chargedMicroKyat + chargedMicroKyat,
          unbilledMicroKyat: before.unbilledMicroKyat + unbilledMicroKyat,
          costNanoUsd: before.costNanoUsd + costNanoUsd,
        },
        mayFollow: false,
      };
    }
    default:
      return { call: { ...before, day, provider: "none" }, mayFollow: true };
  }
}

function contribution(call: Call, sign: 1 | -1): Contribution {
  const { day, provider } = call;
  if (day === null || provider === null) throw new Error(`call ${call.requestId} has not ended`);
  return { sign, call: { ...call, day, provider } };
}
