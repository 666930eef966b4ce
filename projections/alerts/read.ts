/** Reads alerts, rules and deliveries for the read API. @module */
import { type RawBuilder, sql } from "kysely";
import type { JsonObject } from "../../shared/json.ts";
import { toJsonValue } from "../../shared/json.ts";
import type {
  AlertDeliveryRow,
  AlertHistory,
  AlertRow,
  AlertRuleRow,
} from "../../shared/read_api/mod.ts";
import { defaultAlertRule } from "../../shared/alerts/mod.ts";
import { isMissingTable } from "../log/mod.ts";
import type { Queryable } from "../table/mod.ts";
import { ALERT_COLUMNS, alertRow, type StoredAlert, timeOf } from "./row.ts";
import { type EffectiveRule, readEffectiveRules } from "./rules/mod.ts";

/** Which alerts are read: those that fit every condition, which are about `alerts.alert a`. */
export async function selectAlerts(
  db: Queryable,
  filters: readonly RawBuilder<unknown>[],
  more: { readonly orderBy: RawBuilder<unknown>; readonly limit: number },
): Promise<readonly StoredAlert[]> {
  const { rows } = await sql<StoredAlert>`
    select ${ALERT_COLUMNS} from alerts.alert a
    ${filters.length === 0 ? sql`` : sql`where ${sql.join(filters, sql` and `)}`}
    order by ${more.orderBy} limit ${more.limit}
  `.execute(db);
  return rows;
}

const BY_CHANGE = sql`a.last_change`;

/** What the hub of live alerts reads. */
export function liveAlertsOf(db: Queryable) {
  const read = async (filter: RawBuilder<unknown>, limit: number): Promise<readonly AlertRow[]> =>
    (await selectAlerts(db, [filter], { orderBy: BY_CHANGE, limit })).map(alertRow);
  return {
    changedAfter: (change: bigint, limit: number) =>
      read(sql`a.last_change > ${change.toString()}::bigint`, limit),
    open: () => read(sql`a.resolved_at_ms is null`, 2_000),
    async newest(): Promise<bigint> {
      const { rows } = await sql<{ newest: string | null }>`
        select max(last_change)::text as newest from alerts.alert
      `.execute(db);
      return BigInt(rows[0]?.newest ?? "0");
    },
  };
}

/** Every change of an alert, oldest first. */
export async function readHistory(db: Queryable, alertId: string): Promise<AlertHistory[]> {
  const { rows } = await sql<Omit<AlertHistory, "atMs"> & { readonly atMs: string }>`
    select sequence, state, at_ms::text as "atMs", value::text as value, actor, note, resolution
    from alerts.change where alert_id = ${alertId}::uuid order by sequence
  `.execute(db);
  return rows.map((row) => ({ ...row, atMs: Number(row.atMs) }));
}

/** An evaluation that is older says nothing about now, in milliseconds. */
const EVALUATION_STALE_MS = 60_000;

type Evaluation = AlertRuleRow["evaluation"];

/** Every rule in force, by id, with how it stands at `nowMs`. */
export async function readRules(db: Queryable, nowMs: number): Promise<AlertRuleRow[]> {
  const rules = await readEffectiveRules(db);
  const { rows } = await sql<Omit<Stored, "evaluatedAtMs"> & { evaluatedAtMs: string }>`
    select rule_id as "ruleId", state, reason, evaluated_at_ms::text as "evaluatedAtMs"
    from alerts.rule_status
  `.execute(db);
  const statuses = new Map(
    rows.map((row) => [row.ruleId, { ...row, evaluatedAtMs: Number(row.evaluatedAtMs) }]),
  );
  const counts = await sql<{ ruleId: string; open: number }>`
    select rule_id as "ruleId", count(*)::int as open from alerts.alert
    where resolved_at_ms is null group by rule_id
  `.execute(db);
  const open = new Map(counts.rows.map((row) => [row.ruleId, row.open]));
  const actors = await readActors(db, rules.flatMap(({ set }) => set === null ? [] : set.position));
  return rules.map((rule) => {
    const { ruleId, ruleVersion, name, severity, enabled, clearAfterSeconds, set } = rule;
    return {
      ruleId,
      ruleVersion,
      origin: set === null ? "default" : "set",
      hasDefault: defaultAlertRule(ruleId) !== null,
      name,
      severity,
      enabled,
      clearAfterSeconds,
      condition: toJsonValue(rule.condition) as JsonObject as AlertRuleRow["condition"],
      setBy: set === null ? null : actors.get(set.position) ?? null,
      setAtMs: set?.atMs ?? null,
      evaluation: {
        ...standing(rule, statuses.get(ruleId) ?? null, nowMs),
        openAlerts: open.get(ruleId) ?? 0,
      },
    };
  });
}

interface Stored {
  readonly ruleId: string;
  readonly state: Evaluation["state"];
  readonly reason: string | null;
  readonly evaluatedAtMs: number;
}

/** How a rule stands. What was found long ago, or of an older version, is not known now. */
function standing(
  rule: EffectiveRule,
  stored: Stored | null,
  nowMs: number,
): Omit<Evaluation, "openAlerts"> {
  const evaluatedAtMs = stored?.evaluatedAtMs ?? null;
  if (!rule.enabled) return { state: "disabled", reason: null, evaluatedAtMs };
  if (stored === null || stored.state === "disabled") {
    return { state: "unknown", reason: "it has not been evaluated yet", evaluatedAtMs };
  }
  if (rule.set !== null && stored.evaluatedAtMs < rule.set.atMs) {
    return { state: "unknown", reason: "it was set after the last evaluation", evaluatedAtMs };
  }
  const ageMs = nowMs - stored.evaluatedAtMs;
  if (ageMs > EVALUATION_STALE_MS) {
    const reason = `the last evaluation was ${Math.floor(ageMs / 1_000)} s ago`;
    return { state: "unknown", reason, evaluatedAtMs };
  }
  return { state: stored.state, reason: stored.reason, evaluatedAtMs };
}

/** Who caused events of shard 0, by position. */
async function readActors(db: Queryable, positions: readonly bigint[]) {
  if (positions.length === 0) return new Map<bigint, string>();
  try {
    const { rows } = await sql<{ position: string; actor: string }>`
      select position::text as position, actor from ledger.event
      where shard = 0 and position in (${sql.join(positions.map((each) => each.toString()))})
    `.execute(db);
    return new Map(rows.map(({ position, actor }) => [BigInt(position), actor]));
  } catch (error) {
    if (isMissingTable(error)) return new Map<bigint, string>();
    throw error;
  }
}

/** Deliveries that fit every condition, which are about `alerts.delivery d`, newest first. */
export async function selectDeliveries(
  db: Queryable,
  filters: readonly RawBuilder<unknown>[],
  limit: number,
): Promise<readonly AlertDeliveryRow[]> {
  const { rows } = await sql<DeliveryText>`
    select d.delivery_id::text as "deliveryId", d.alert_id::text as "alertId", d.sequence, d.channel,
      d.status, d.attempts, d.created_at_ms::text as "createdAtMs",
      d.next_attempt_at_ms::text as "nextAttemptAtMs", d.finished_at_ms::text as "finishedAtMs",
      d.last_status as "lastStatus", d.last_error as "lastError"
    from alerts.delivery d
    ${filters.length === 0 ? sql`` : sql`where ${sql.join(filters, sql` and `)}`}
    order by d.delivery_id desc limit ${limit}
  `.execute(db);
  return rows.map((row) => ({
    ...row,
    createdAtMs: Number(row.createdAtMs),
    nextAttemptAtMs: timeOf(row.nextAttemptAtMs),
    finishedAtMs: timeOf(row.finishedAtMs),
  }));
}

type DeliveryTimes = "createdAtMs" | "nextAttemptAtMs" | "finishedAtMs";
type DeliveryText =
  & Omit<AlertDeliveryRow, DeliveryTimes>
  & { readonly createdAtMs: string }
  & { readonly nextAttemptAtMs: string | null; readonly finishedAtMs: string | null };
