/** The tables of alerts. They are no projection: they are what was told, and are never rebuilt. @module */
import { sql } from "kysely";
import type { Queryable } from "../table/mod.ts";

/** Serialises processes that start at once; any number that no other room uses. */
const LOCK_ID = 7_305_202;

const STATEMENTS = [
  "create schema if not exists alerts",
  // One row: whoever moves its turn has evaluated, and everybody who read before that has not.
  `create table if not exists alerts.evaluator (
     only_row boolean primary key default true check (only_row),
     turn bigint not null,
     evaluated_at_ms bigint not null)`,
  "insert into alerts.evaluator (turn, evaluated_at_ms) values (0, 0) on conflict do nothing",
  `create table if not exists alerts.rule_status (
     rule_id text collate "C" primary key,
     state text not null,
     reason text,
     evaluated_at_ms bigint not null)`,
  `create table if not exists alerts.alert (
     alert_id uuid primary key,
     rule_id text collate "C" not null,
     rule_version int not null,
     rule_name text not null,
     kind text not null,
     severity text not null,
     subject_type text not null,
     subject_id text collate "C" not null,
     account_id text collate "C",
     condition jsonb not null,
     unit text not null,
     threshold numeric(38, 0) not null,
     fired_value numeric(38, 0) not null,
     value numeric(38, 0) not null,
     fired_at_ms bigint not null,
     clear_since_ms bigint,
     acknowledged_at_ms bigint,
     acknowledged_position bigint not null default 0,
     resolved_at_ms bigint,
     resolution text,
     changes int not null,
     last_change bigint not null)`,
  // An alert is open once for each rule and subject, whatever anybody does.
  `create unique index if not exists alert_open
     on alerts.alert (rule_id, subject_type, subject_id) where resolved_at_ms is null`,
  "create index if not exists alert_newest on alerts.alert (fired_at_ms desc, alert_id desc)",
  `create index if not exists alert_of_account
     on alerts.alert (account_id, fired_at_ms desc, alert_id desc)`,
  "create index if not exists alert_last_change on alerts.alert (last_change)",
  "create sequence if not exists alerts.change_number",
  `create table if not exists alerts.change (
     change bigint primary key,
     alert_id uuid not null,
     sequence int not null,
     state text not null,
     at_ms bigint not null,
     value numeric(38, 0) not null,
     actor text,
     note text,
     resolution text,
     unique (alert_id, sequence))`,
  // The outbox: a row is written with the change that it tells, and tried until it is over.
  `create table if not exists alerts.delivery (
     delivery_id uuid primary key,
     alert_id uuid not null,
     sequence int not null,
     channel text not null,
     body text not null,
     status text not null,
     attempts int not null,
     created_at_ms bigint not null,
     next_attempt_at_ms bigint,
     finished_at_ms bigint,
     last_status int,
     last_error text,
     unique (alert_id, sequence, channel))`,
  `create index if not exists delivery_due
     on alerts.delivery (next_attempt_at_ms) where status = 'pending'`,
  "create index if not exists delivery_newest on alerts.delivery (delivery_id desc)",
];

/** Creates what is missing. Safe to run in several processes at once. */
export async function prepareAlerts(db: Queryable): Promise<void> {
  await db.transaction().execute(async (tx) => {
    await sql`select pg_advisory_xact_lock(${LOCK_ID}::bigint)`.execute(tx);
    for (const statement of STATEMENTS) await sql.raw(statement).execute(tx);
  });
}
