/** An alert as it is stored and as it is shown. @module */
import { sql } from "kysely";
import type { AlertKind } from "../../shared/alerts/mod.ts";
import type { JsonObject } from "../../shared/json.ts";
import type { AlertRow } from "../../shared/read_api/mod.ts";
import { formatDecimal, formatKyat } from "../../shared/money/mod.ts";

/** A stored alert, as drivers give it: int8 and numeric as text. */
export interface StoredAlert {
  readonly alertId: string;
  readonly ruleId: string;
  readonly ruleVersion: number;
  readonly ruleName: string;
  readonly kind: AlertKind;
  readonly severity: AlertRow["severity"];
  readonly subjectType: AlertRow["subject"]["type"];
  readonly subjectId: string;
  readonly accountId: string | null;
  readonly state: AlertRow["state"];
  readonly condition: JsonObject;
  readonly unit: AlertRow["unit"];
  readonly threshold: string;
  readonly firedValue: string;
  readonly value: string;
  readonly firedAtMs: string;
  readonly clearSinceMs: string | null;
  readonly acknowledgedAtMs: string | null;
  readonly acknowledgedPosition: string;
  readonly resolvedAtMs: string | null;
  readonly resolution: AlertRow["resolution"];
  readonly changes: number;
  readonly change: string;
}

/**
 * An alert `a` is acknowledged as soon as the log says so, also before the change was told. What was
 * told holds while acknowledgements are read anew from the log.
 */
const acknowledgedAtMs = sql`coalesce(a.acknowledged_at_ms, (
  select min(k.at_ms) from projections.alert_acknowledgements k
  where k.alert_id = a.alert_id and (a.resolved_at_ms is null or k.at_ms < a.resolved_at_ms)))`;

/** The state of an alert `a`; see {@link ALERT_COLUMNS}. */
export const alertState = sql`case when a.resolved_at_ms is not null then 'resolved'
  when ${acknowledgedAtMs} is not null then 'acknowledged' else 'firing' end`;

/** The columns of `alerts.alert a` that make a {@link StoredAlert}. */
export const ALERT_COLUMNS = sql`a.alert_id::text as "alertId", a.rule_id as "ruleId",
  a.rule_version as "ruleVersion", a.rule_name as "ruleName", a.kind, a.severity,
  a.subject_type as "subjectType", a.subject_id as "subjectId", a.account_id as "accountId",
  ${alertState} as state, a.condition, a.unit, a.threshold::text as threshold,
  a.fired_value::text as "firedValue", a.value::text as value,
  a.fired_at_ms::text as "firedAtMs", a.clear_since_ms::text as "clearSinceMs",
  ${acknowledgedAtMs}::text as "acknowledgedAtMs",
  a.acknowledged_position::text as "acknowledgedPosition",
  a.resolved_at_ms::text as "resolvedAtMs", a.resolution, a.changes,
  a.last_change::text as change`;

/** An alert as the read API shows it. */
export function alertRow(stored: StoredAlert): AlertRow {
  const { subjectType: type, subjectId: id } = stored;
  return {
    alertId: stored.alertId,
    ruleId: stored.ruleId,
    ruleVersion: stored.ruleVersion,
    ruleName: stored.ruleName,
    kind: stored.kind,
    severity: stored.severity,
    subject: { type, id },
    accountId: stored.accountId,
    state: stored.state,
    summary: summaryOf(stored),
    unit: stored.unit,
    threshold: stored.threshold,
    firedValue: stored.firedValue,
    value: stored.value,
    firedAtMs: Number(stored.firedAtMs),
    acknowledgedAtMs: timeOf(stored.acknowledgedAtMs),
    resolvedAtMs: timeOf(stored.resolvedAtMs),
    resolution: stored.resolution,
    change: stored.change,
  };
}

/** A time that may be missing, from a driver's text. */
export function timeOf(text: string | null): number | null {
  return text === null ? null : Number(text);
}

type Summed = Pick<
  StoredAlert,
  "kind" | "subjectType" | "subjectId" | "unit" | "value" | "threshold"
>;

/** One English sentence on what is the matter, with the newest value. */
export function summaryOf(alert: Summed): string {
  const { kind, subjectType: type, subjectId: id } = alert;
  const who = type === "platform" ? "The platform" : `The ${type} ${id}`;
  const value = amountOf(alert, alert.value);
  const threshold = amountOf(alert, alert.threshold);
  switch (kind) {
    case "spend_per_hour":
      return `${who} cost ${value} within an hour; the limit is ${threshold}.`;
    case "balance_low":
      return `${who} has ${value} available; the limit is ${threshold}.`;
    case "error_rate":
      return `${value} of the calls of ${lower(who)} fail; the limit is ${threshold}.`;
    case "provider_down":
      return `${who} failed ${value} and served nothing; the limit is ${threshold}.`;
    case "hold_stuck":
      return `${who} has a hold open ${value} past its expiry; the limit is ${threshold}.`;
    case "projection_lagging":
      return `${who} is ${value} behind the log; the limit is ${threshold}.`;
    case "checkpoint_late":
      return `${who} has events without a signed checkpoint for ${value}; the limit is ${threshold}.`;
    default:
      return kind satisfies never;
  }
}

function amountOf({ unit }: Pick<StoredAlert, "unit">, text: string): string {
  switch (unit) {
    case "nano_usd":
      return `${formatDecimal(BigInt(text), 9)} USD`;
    case "micro_kyat":
      return `${formatKyat(BigInt(text))} kyat`;
    case "parts_per_million":
      return `${formatDecimal(BigInt(text), 4)} %`;
    case "failed_attempts":
      return text === "1" ? "1 attempt" : `${text} attempts`;
    case "seconds":
      return text === "1" ? "1 second" : `${text} seconds`;
    default:
      return unit satisfies never;
  }
}

function lower(text: string): string {
  return text.slice(0, 1).toLowerCase() + text.slice(1);
}
