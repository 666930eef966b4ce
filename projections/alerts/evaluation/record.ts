/** Writes the changes of alerts: the row, its history and what is to be delivered, together. @module */
import { sql } from "kysely";
import type { Effects } from "../../../shared/effects.ts";
import { uuidv7 } from "../../../shared/ids/mod.ts";
import { stringifyWithBigint } from "../../../shared/json.ts";
import type {
  AlertDeliveryRow,
  AlertHistory,
  AlertNotification,
} from "../../../shared/read_api/mod.ts";
import type { Queryable } from "../../table/mod.ts";
import { ALERT_COLUMNS, alertRow, type StoredAlert } from "../row.ts";
import { thresholdOf, unitOf, valueOf } from "./judge.ts";
import type { Step } from "./plan.ts";

/** What writing needs. */
export interface Recording {
  /** The transaction that holds this process's turn. */
  readonly tx: Queryable;
  readonly nowMs: number;
  readonly effects: Pick<Effects, "clock" | "random">;
  /** Where changes are delivered to. */
  readonly channels: readonly AlertDeliveryRow["channel"][];
}

/** An acknowledgement in the log that has not been told yet. */
export interface Acknowledgement {
  readonly alertId: string;
  readonly position: string;
  readonly atMs: number;
  readonly note: string | null;
  readonly actor: string | null;
}

/** Carries out one step of a plan. Returns whether there is news for anybody. */
export async function recordStep(step: Step, recording: Recording): Promise<boolean> {
  const { tx, nowMs } = recording;
  switch (step.type) {
    case "fire": {
      const alertId = await insertAlert(step, recording);
      if (alertId === null) return false;
      await tell(alertId, { state: "firing" }, recording);
      return true;
    }
    case "resolve": {
      const { alert: { alertId }, resolution } = step;
      await sql`
        update alerts.alert set resolved_at_ms = ${nowMs}::bigint, resolution = ${resolution},
          value = ${step.value.toString()}::numeric, clear_since_ms = null
        where alert_id = ${alertId}::uuid
      `.execute(tx);
      await tell(alertId, { state: "resolved", resolution }, recording);
      return true;
    }
    case "touch":
      await sql`
        update alerts.alert set value = ${step.value.toString()}::numeric,
          clear_since_ms = ${step.clearSinceMs}::bigint
        where alert_id = ${step.alert.alertId}::uuid
      `.execute(tx);
      return false;
    default:
      return step satisfies never;
  }
}

/** Tells an acknowledgement, once. */
export async function recordAcknowledgement(
  { alertId, position, atMs, note, actor }: Acknowledgement,
  recording: Recording,
): Promise<void> {
  await sql`
    update alerts.alert set acknowledged_position = ${position}::bigint,
      acknowledged_at_ms = coalesce(acknowledged_at_ms, ${atMs}::bigint)
    where alert_id = ${alertId}::uuid
  `.execute(recording.tx);
  await tell(alertId, { state: "acknowledged", note, actor, atMs }, recording);
}

/** The new alert's id, or null when one is open already. */
async function insertAlert(
  { rule, reading }: Extract<Step, { type: "fire" }>,
  { tx, nowMs, effects }: Recording,
): Promise<string | null> {
  const { condition } = rule;
  const value = valueOf(reading).toString();
  const { rows } = await sql<{ alertId: string }>`
    insert into alerts.alert (alert_id, rule_id, rule_version, rule_name, kind, severity,
      subject_type, subject_id, account_id, condition, unit, threshold, fired_value, value,
      fired_at_ms, changes, last_change)
    values (${uuidv7(effects)}::uuid, ${rule.ruleId}, ${rule.ruleVersion}, ${rule.name},
      ${condition.kind}, ${rule.severity}, ${reading.subject.type}, ${reading.subject.id},
      ${reading.accountId}, ${stringifyWithBigint(condition)}::text::jsonb,
      ${unitOf(condition.kind)}, ${thresholdOf(condition).toString()}::numeric,
      ${value}::numeric, ${value}::numeric, ${nowMs}::bigint, 0, 0)
    on conflict (rule_id, subject_type, subject_id) where resolved_at_ms is null do nothing
    returning alert_id::text as "alertId"
  `.execute(tx);
  return rows[0]?.alertId ?? null;
}

type Change = Pick<AlertHistory, "state"> & Partial<AlertHistory>;

/** Adds a change to an alert's history and to the outbox of each channel. */
async function tell(alertId: string, change: Change, recording: Recording): Promise<void> {
  const { tx, nowMs, channels, effects } = recording;
  const { rows } = await sql<StoredAlert>`
    update alerts.alert a
    set changes = a.changes + 1, last_change = nextval('alerts.change_number')
    where a.alert_id = ${alertId}::uuid returning ${ALERT_COLUMNS}
  `.execute(tx);
  const stored = rows[0];
  if (stored === undefined) throw new Error(`alert ${alertId} is not there`);
  const told: AlertHistory = {
    sequence: stored.changes,
    atMs: nowMs,
    value: stored.value,
    actor: null,
    note: null,
    resolution: null,
    ...change,
  };
  await sql`
    insert into alerts.change (change, alert_id, sequence, state, at_ms, value, actor, note,
      resolution)
    values (${stored.change}::bigint, ${alertId}::uuid, ${told.sequence}, ${told.state},
      ${told.atMs}::bigint, ${told.value}::numeric, ${told.actor}, ${told.note},
      ${told.resolution})
  `.execute(tx);
  const notification: AlertNotification = {
    type: `alert.${told.state}`,
    timestamp: new Date(told.atMs).toISOString(),
    data: { alert: alertRow(stored), change: told },
  };
  for (const channel of channels) {
    await sql`
      insert into alerts.delivery (delivery_id, alert_id, sequence, channel, body, status, attempts,
        created_at_ms, next_attempt_at_ms)
      values (${uuidv7(effects)}::uuid, ${alertId}::uuid, ${told.sequence}, ${channel},
        ${JSON.stringify(notification)}, 'pending', 0, ${nowMs}::bigint, ${nowMs}::bigint)
      on conflict (alert_id, sequence, channel) do nothing
    `.execute(tx);
  }
}
