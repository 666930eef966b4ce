/** How much of its limits each plan of an account has used, summed up from the account's calls. @module */
import { sql } from "kysely";
import { LIMIT_NAMES, type LimitName, type Limits } from "../../shared/limits/mod.ts";
import type { PlanUsageRow } from "../../shared/read_api/mod.ts";
import { UNIT_CLASSES, USAGE_CLASSES, type UsageClass } from "../../shared/usage/mod.ts";
import { dayPlus, yangonDay } from "../daily_usage/mod.ts";
import type { Queryable } from "../table/mod.ts";

const MINUTE_MS = 60_000;

// A hold lives for an hour at most between extensions: what is older than this has ended.
const LOOK_BACK_MS = 8 * 86_400_000;

/** The windows that a time lies in, as the ledger counts; epoch milliseconds, ends excluded. */
interface Windows {
  readonly minute: readonly [from: number, to: number];
  readonly day: readonly [from: number, to: number];
  readonly month: readonly [from: number, to: number];
}

/**
 * The plans in force of an account and of its keys that are not revoked, the account's own first, and
 * what was used of their limits in the minute, the day and the month of `atMs`. Calls that were placed
 * before somebody's first plan do not count. At most `limit` rows, those after the key `afterKeyId`.
 */
export async function planUsage(
  db: Queryable,
  { accountId, atMs, afterKeyId, limit }: {
    readonly accountId: string;
    readonly atMs: number;
    readonly afterKeyId: string | null;
    readonly limit: number;
  },
): Promise<PlanUsageRow[]> {
  const windows = windowsAt(atMs);
  const after = afterKeyId === null ? sql`` : sql`and a.key_id > ${afterKeyId}`;
  const { rows } = await sql<{
    keyId: string;
    planId: string;
    planVersion: bigint | number | string;
    limits: Limits;
    used: Record<LimitName, number>;
  }>`
    select a.key_id as "keyId", a.plan_id as "planId", a.plan_version as "planVersion", a.limits,
      case when a.key_id = '' then (${usedOf(sql`true`, windows)})
        else (${usedOf(sql`r.key_id = a.key_id`, windows)}) end as used
    from projections.plan_assignments a
      left join projections.keys k on k.account_id = a.account_id and k.key_id = a.key_id
    where a.account_id = ${accountId} and a.plan_id is not null and k.revoked_at_ms is null ${after}
    order by a.key_id limit ${limit}
  `.execute(db);
  return rows.map(({ keyId, planId, planVersion, limits, used }) => ({
    keyId: keyId === "" ? null : keyId,
    planId,
    planVersion: parseInt(`${planVersion}`, 10),
    limits: LIMIT_NAMES.flatMap((name) => {
      const most = limits[name];
      if (most === null) return [];
      const remaining = Math.max(0, most - used[name]);
      return [{ name, limit: most, used: used[name], remaining, resetAtMs: endOf(name, windows) }];
    }),
  }));
}

function windowsAt(atMs: number): Windows {
  const second = Math.floor(atMs / 1_000) * 1_000;
  const today = yangonDay(atMs);
  const first = `${today.slice(0, 7)}-01`;
  // Whatever the month, its 32nd day is in the next one.
  const next = `${dayPlus(first, 31).slice(0, 7)}-01`;
  return {
    minute: [second + 1_000 - MINUTE_MS, second + 1_000],
    day: [startOf(today), startOf(dayPlus(today, 1))],
    month: [startOf(first), startOf(next)],
  };
}

function startOf(day: string): number {
  return Date.parse(`${day}T00:00:00+06:30`);
}

/** When a limit is whole again, should nothing else come; null: nobody knows. */
function endOf(name: LimitName, { minute, day, month }: Windows): number | null {
  switch (name) {
    case "requestsPerMinute":
    case "tokensPerMinute":
      return minute[1] - 1_000 + MINUTE_MS;
    case "requestsPerDay":
      return day[1];
    case "tokensPerMonth":
      return month[1];
    case "concurrentRequests":
      return null;
    default:
      throw name satisfies never;
  }
}

const UNITS: ReadonlySet<UsageClass> = new Set(UNIT_CLASSES);
const USED_TOKENS = USAGE_CLASSES.filter((one) => !UNITS.has(one))
  .map((one) => `coalesce((r.usage->>'${one}')::bigint, 0)`).join(" + ");

/** As what a call counts: reserved while it is held, nothing when it cost nothing, else what it used. */
const TOKENS = sql.raw(`case
  when r.state = 'held' then r.input_tokens_bound + r.output_tokens_granted
  when r.state in ('released', 'expired') then 0
  else ${USED_TOKENS} end`);

/** The query of one owner's figures, by the names of limits. */
function usedOf(isOwners: ReturnType<typeof sql>, { minute, day, month }: Windows) {
  const within = ([from, to]: readonly [number, number]) =>
    sql`r.placed_position >= a.since_position and r.placed_at_ms >= ${from}
      and r.placed_at_ms < ${to}`;
  const from = Math.min(month[0], minute[0], day[1] - LOOK_BACK_MS);
  return sql`
    select jsonb_build_object(
      'requestsPerMinute', count(*) filter (where ${within(minute)}),
      'tokensPerMinute', coalesce(sum(${TOKENS}) filter (where ${within(minute)}), 0),
      'requestsPerDay', count(*) filter (where ${within(day)} and r.state <> 'released'),
      'tokensPerMonth', coalesce(sum(${TOKENS}) filter (where ${within(month)}), 0),
      'concurrentRequests', count(*) filter (where r.state = 'held'))
    from projections.requests r
    where r.account_id = a.account_id and r.placed_at_ms >= ${from} and ${isOwners}`;
}
