/** What an evaluation changes: pure, from what is open and what was observed. @module */
import type { AlertRow } from "../../../shared/read_api/mod.ts";
import type { EffectiveRule } from "../rules/mod.ts";
import { judge, type Reading, type Subject, valueOf } from "./judge.ts";

/** What is known of a rule's subjects now. */
export type Observation =
  /** Nothing: the rule is neither fine nor breached, and its alerts stay as they are. */
  | { readonly status: "unknown"; readonly reason: string }
  | {
    readonly status: "known";
    readonly readings: readonly Reading[];
    /** What it means for an open alert that its subject has no reading. */
    readonly missing: "zero" | "clear" | "gone" | "unknown";
    /** Why nothing is known of some or all subjects, or null. */
    readonly doubt: string | null;
  };

/** An alert that is not resolved, as far as the plan needs it. */
export interface OpenAlert {
  readonly alertId: string;
  readonly ruleId: string;
  readonly subject: Subject;
  readonly value: bigint;
  /** Since when the condition has been clear, epoch milliseconds; null when it is not. */
  readonly clearSinceMs: number | null;
}

/** A change of one alert. */
export type Step =
  | { readonly type: "fire"; readonly rule: EffectiveRule; readonly reading: Reading }
  | {
    readonly type: "resolve";
    readonly alert: OpenAlert;
    readonly value: bigint;
    readonly resolution: NonNullable<AlertRow["resolution"]>;
  }
  /** A newer value, or a newer time since when it is clear; no news to anybody. */
  | {
    readonly type: "touch";
    readonly alert: OpenAlert;
    readonly value: bigint;
    readonly clearSinceMs: number | null;
  };

/** How a rule stands after an evaluation. */
export interface RuleStatus {
  readonly ruleId: string;
  readonly state: "ok" | "firing" | "unknown" | "disabled";
  readonly reason: string | null;
}

/** What an evaluation leads to. */
export interface Plan {
  readonly steps: readonly Step[];
  readonly statuses: readonly RuleStatus[];
}

/** What is judged. */
export interface Situation {
  readonly nowMs: number;
  readonly rules: readonly EffectiveRule[];
  /** By rule id, of each rule that is enabled. */
  readonly observations: ReadonlyMap<string, Observation>;
  readonly open: readonly OpenAlert[];
}

/** Plans the changes of one evaluation. */
export function planEvaluation(situation: Situation): Plan {
  const { rules, open } = situation;
  const known = new Map(rules.map((rule) => [rule.ruleId, rule]));
  const steps: Step[] = [];
  const statuses: RuleStatus[] = [];
  for (const alert of open) {
    const rule = known.get(alert.ruleId);
    if (rule?.enabled === true) continue;
    const resolution = rule === undefined ? "rule_removed" : "rule_disabled";
    steps.push({ type: "resolve", alert, value: alert.value, resolution });
  }
  for (const rule of rules) {
    if (!rule.enabled) {
      statuses.push({ ruleId: rule.ruleId, state: "disabled", reason: null });
      continue;
    }
    const own = open.filter(({ ruleId }) => ruleId === rule.ruleId);
    const { steps: changes, status } = planRule(rule, own, situation);
    steps.push(...changes);
    statuses.push(status);
  }
  return { steps, statuses };
}

function planRule(rule: EffectiveRule, open: readonly OpenAlert[], situation: Situation) {
  const { ruleId } = rule;
  const observation = situation.observations.get(ruleId) ??
    { status: "unknown", reason: "it was not observed" } as const;
  if (observation.status === "unknown") {
    const steps = open.flatMap((alert) => touch(alert, alert.value, null));
    return { steps, status: { ruleId, state: "unknown", reason: observation.reason } as const };
  }
  const isAbout = coverageOf(rule, situation.rules);
  const readings = new Map(
    observation.readings.filter(({ subject }) => isAbout(subject))
      .map((reading) => [keyOf(reading.subject), reading]),
  );
  const openKeys = new Set(open.map(({ subject }) => keyOf(subject)));
  const steps: Step[] = open.flatMap((alert) =>
    isAbout(alert.subject)
      ? planOpen(rule, alert, readings.get(keyOf(alert.subject)) ?? null, observation, situation)
      : [{ type: "resolve", alert, value: alert.value, resolution: "subject_excluded" }] as const
  );
  for (const [key, reading] of readings) {
    if (openKeys.has(key) || judge(rule.condition, reading) !== "breach") continue;
    steps.push({ type: "fire", rule, reading });
  }
  const resolved = steps.filter(({ type }) => type === "resolve").length;
  const fired = steps.filter(({ type }) => type === "fire").length;
  const isFiring = open.length - resolved + fired > 0;
  const state = isFiring ? "firing" : observation.doubt === null ? "ok" : "unknown";
  return { steps, status: { ruleId, state, reason: observation.doubt } as const };
}

function planOpen(
  rule: EffectiveRule,
  alert: OpenAlert,
  reading: Reading | null,
  { missing }: Extract<Observation, { status: "known" }>,
  { nowMs }: Situation,
): readonly Step[] {
  if (reading === null && missing === "gone") {
    return [{ type: "resolve", alert, value: alert.value, resolution: "subject_gone" }];
  }
  if (reading === null && missing === "unknown") return touch(alert, alert.value, null);
  const value = reading !== null ? valueOf(reading) : missing === "zero" ? 0n : alert.value;
  const verdict = reading === null ? "clear" : judge(rule.condition, reading);
  if (verdict !== "clear") return touch(alert, value, null);
  const clearSinceMs = alert.clearSinceMs ?? nowMs;
  if (nowMs - clearSinceMs < rule.clearAfterSeconds * 1_000) {
    return touch(alert, value, clearSinceMs);
  }
  return [{ type: "resolve", alert, value, resolution: "cleared" }];
}

function touch(alert: OpenAlert, value: bigint, clearSinceMs: number | null): readonly Step[] {
  if (alert.value === value && alert.clearSinceMs === clearSinceMs) return [];
  return [{ type: "touch", alert, value, clearSinceMs }];
}

/**
 * Whether a rule is about a subject. One that names an account, provider or projection is about that
 * one; a general one leaves out the accounts that a rule of the same kind and severity names.
 */
function coverageOf(rule: EffectiveRule, rules: readonly EffectiveRule[]) {
  const type = subjectTypeOf(rule);
  const name = nameOf(rule);
  const taken = new Set(
    rules.filter((other) =>
      other.enabled && other.ruleId !== rule.ruleId && other.severity === rule.severity &&
      other.condition.kind === rule.condition.kind && subjectTypeOf(other) === type
    ).map(nameOf),
  );
  return (subject: Subject) =>
    subject.type === type && (name === null ? !taken.has(subject.id) : subject.id === name);
}

function subjectTypeOf({ condition }: EffectiveRule): Subject["type"] {
  switch (condition.kind) {
    case "spend_per_hour":
    case "error_rate":
      return condition.scope;
    case "balance_low":
    case "hold_stuck":
      return "account";
    case "provider_down":
      return "provider";
    case "projection_lagging":
      return "projection";
    case "checkpoint_late":
      return "shard";
    default:
      return condition satisfies never;
  }
}

function nameOf({ condition }: EffectiveRule): string | null {
  if ("accountId" in condition) return condition.accountId;
  if ("provider" in condition) return condition.provider;
  return "projection" in condition ? condition.projection : null;
}

function keyOf({ type, id }: Subject): string {
  return `${type}:${id}`;
}
