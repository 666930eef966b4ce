/** One evaluation of all rules. @module */
import { sql } from "kysely";
import type { Effects } from "../../../shared/effects.ts";
import type { AlertDeliveryRow } from "../../../shared/read_api/mod.ts";
import { isMissingTable } from "../../log/mod.ts";
import type { Queryable } from "../../table/mod.ts";
import { ALERT_COLUMNS, type StoredAlert, timeOf } from "../row.ts";
import { readEffectiveRules } from "../rules/mod.ts";
import { observeAll } from "./observe.ts";
import { type OpenAlert, planEvaluation, type RuleStatus } from "./plan.ts";
import { type Acknowledgement, recordAcknowledgement, recordStep } from "./record.ts";

/** What an evaluation works with. */
export interface EvaluationOptions {
  readonly db: Queryable;
  readonly shards: number;
  readonly effects: Effects;
  readonly channels: readonly AlertDeliveryRow["channel"][];
}

/** What an evaluation did. */
export type EvaluationResult =
  /** `changes`: how many alerts fired, were acknowledged or resolved. */
  | { readonly status: "evaluated"; readonly changes: number }
  /** Another process evaluated meanwhile: nothing was changed, and nothing is missing. */
  | { readonly status: "overtaken" };

/**
 * Evaluates every rule. What was read is only acted upon when nobody else has evaluated since: the
 * turn is moved by compare-and-set in the transaction that writes, so that each alert fires once.
 * Rejects when the database does; nothing was changed then.
 */
export async function evaluate(options: EvaluationOptions): Promise<EvaluationResult> {
  const { db, shards, effects, channels } = options;
  const turn = await readTurn(db);
  // A process whose clock is behind does not turn time back.
  const nowMs = Math.max(effects.clock.nowMs(), turn.evaluatedAtMs);
  const rules = await readEffectiveRules(db);
  const open = (await readOpen(db)).map(openAlert);
  const acknowledgements = await readAcknowledgements(db);
  const observations = await observeAll(rules, { db, shards, nowMs, open });
  const plan = planEvaluation({ nowMs, rules, observations, open });
  return await db.transaction().execute(async (tx): Promise<EvaluationResult> => {
    if (!await takeTurn(tx, turn.turn, nowMs)) return { status: "overtaken" };
    const recording = { tx, nowMs, effects, channels };
    let changes = acknowledgements.length;
    for (const each of acknowledgements) await recordAcknowledgement(each, recording);
    for (const step of plan.steps) changes += await recordStep(step, recording) ? 1 : 0;
    await writeStatuses(tx, plan.statuses, nowMs);
    return { status: "evaluated", changes };
  });
}

async function readTurn(db: Queryable) {
  const { rows } = await sql<{ turn: string; evaluatedAtMs: string }>`
    select turn::text as turn, evaluated_at_ms::text as "evaluatedAtMs" from alerts.evaluator
  `.execute(db);
  const [row] = rows;
  if (row === undefined) throw new Error("alerts.evaluator has no row");
  return { turn: row.turn, evaluatedAtMs: Number(row.evaluatedAtMs) };
}

async function takeTurn(tx: Queryable, turn: string, nowMs: number): Promise<boolean> {
  const { rows } = await sql`
    update alerts.evaluator set turn = turn + 1, evaluated_at_ms = ${nowMs}::bigint
    where turn = ${turn}::bigint returning turn
  `.execute(tx);
  return rows.length === 1;
}

async function readOpen(db: Queryable): Promise<readonly StoredAlert[]> {
  const { rows } = await sql<StoredAlert>`
    select ${ALERT_COLUMNS} from alerts.alert a
    where a.resolved_at_ms is null order by a.alert_id
  `.execute(db);
  return rows;
}

function openAlert(stored: StoredAlert): OpenAlert {
  const { alertId, ruleId, subjectType: type, subjectId: id } = stored;
  return {
    alertId,
    ruleId,
    subject: { type, id },
    value: BigInt(stored.value),
    clearSinceMs: timeOf(stored.clearSinceMs),
  };
}

/** Acknowledgements of open alerts that stand in the log and were not told. */
async function readAcknowledgements(db: Queryable): Promise<readonly Acknowledgement[]> {
  try {
    return await selectAcknowledgements(db);
  } catch (error) {
    // The ledger has not started yet, so nobody has acknowledged anything.
    if (isMissingTable(error)) return [];
    throw error;
  }
}

async function selectAcknowledgements(db: Queryable): Promise<readonly Acknowledgement[]> {
  const { rows } = await sql<Omit<Acknowledgement, "atMs"> & { readonly atMs: string }>`
    select k.alert_id::text as "alertId", k.position::text as position, k.at_ms::text as "atMs",
      k.note, e.actor
    from alerts.alert a
    join projections.alert_acknowledgements k
      on k.alert_id = a.alert_id and k.position > a.acknowledged_position
    left join ledger.event e on e.shard = 0 and e.position = k.position
    where a.resolved_at_ms is null order by k.position
  `.execute(db);
  return rows.map((row) => ({ ...row, atMs: Number(row.atMs) }));
}

async function writeStatuses(
  tx: Queryable,
  statuses: readonly RuleStatus[],
  nowMs: number,
): Promise<void> {
  await sql`
    insert into alerts.rule_status (rule_id, state, reason, evaluated_at_ms)
    select "ruleId", state, reason, ${nowMs}::bigint
    from jsonb_to_recordset(${JSON.stringify(statuses)}::text::jsonb)
      as r("ruleId" text, state text, reason text)
    on conflict (rule_id) do update set state = excluded.state, reason = excluded.reason,
      evaluated_at_ms = excluded.evaluated_at_ms
  `.execute(tx);
}
