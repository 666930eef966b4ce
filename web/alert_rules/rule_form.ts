/** From a rule to a form and back. @module */
import { type AlertRule, alertRuleSchema } from "../../shared/alerts/mod.ts";
import { formatDecimal } from "../../shared/money/mod.ts";
import type { AlertRuleRow } from "../../shared/read_api/mod.ts";
import { decimal } from "../forms/mod.ts";
import type { TextKey } from "../i18n/mod.ts";

type Json = AlertRuleRow["condition"][string];

/** A figure of a condition as a form has it. */
export interface RuleField {
  /** The member of the condition. */
  readonly name: string;
  readonly label: TextKey;
  /** Decimals of the member's smallest unit in the unit that people use; null: it is not a number. */
  readonly decimals: number | null;
  /** What stands behind the number. */
  readonly unit: string;
}

const FIELDS: readonly RuleField[] = [
  { name: "aboveNanoUsd", label: "rule_above", decimals: 9, unit: "USD" },
  { name: "belowMicroKyat", label: "rule_below", decimals: 6, unit: "kyat" },
  { name: "abovePartsPerMillion", label: "rule_above", decimals: 4, unit: "%" },
  { name: "windowMinutes", label: "rule_window", decimals: 0, unit: "min" },
  { name: "minimumCalls", label: "rule_minimum_calls", decimals: 0, unit: "" },
  { name: "minimumAttempts", label: "rule_minimum_attempts", decimals: 0, unit: "" },
  { name: "overdueSeconds", label: "rule_overdue", decimals: 0, unit: "s" },
  { name: "behindSeconds", label: "rule_behind", decimals: 0, unit: "s" },
  { name: "lateSeconds", label: "rule_late", decimals: 0, unit: "s" },
  { name: "accountId", label: "rule_account", decimals: null, unit: "" },
  { name: "provider", label: "rule_provider", decimals: null, unit: "" },
  { name: "projection", label: "rule_projection", decimals: null, unit: "" },
];

/** Amounts are decimal strings in JSON, counts are numbers. */
const AMOUNTS: ReadonlySet<string> = new Set(["aboveNanoUsd", "belowMicroKyat"]);

/** The fields that a condition has, in the order of the form. */
export function ruleFields(condition: AlertRuleRow["condition"]): readonly RuleField[] {
  return FIELDS.filter(({ name }) => name in condition);
}

/** The values of a rule's form. */
export function valuesOf(rule: AlertRuleRow): Record<string, string> {
  return {
    name: rule.name,
    severity: rule.severity,
    enabled: rule.enabled ? "yes" : "no",
    clearAfterSeconds: String(rule.clearAfterSeconds),
    ...Object.fromEntries(
      ruleFields(rule.condition).map((field) => [field.name, shown(field, rule.condition)]),
    ),
  };
}

function shown({ name, decimals }: RuleField, condition: AlertRuleRow["condition"]): string {
  const value = condition[name] ?? null;
  if (value === null) return "";
  return decimals === null ? String(value) : formatDecimal(BigInt(String(value)), decimals);
}

/** What a condition says, in short: its figures with their units. */
export function conditionText(condition: AlertRuleRow["condition"]): string {
  const figures = ruleFields(condition)
    .map((field) => [shown(field, condition), field.unit].filter((part) => part !== "").join(" "))
    .filter((text) => text !== "");
  const scope = typeof condition.scope === "string" ? [condition.scope] : [];
  return [...scope, ...figures].join(" · ");
}

/** The rule that a posted form asks for, or the fields that are wrong. */
export function ruleOf(
  before: AlertRuleRow,
  field: (name: string) => string,
):
  | { readonly ok: true; readonly rule: AlertRule }
  | { readonly ok: false; readonly problems: Record<string, TextKey> } {
  const condition: Record<string, Json | undefined> = { ...before.condition };
  const problems: Record<string, TextKey> = {};
  for (const { name, decimals } of ruleFields(before.condition)) {
    const value = decimals === null ? field(name) || null : figure(name, field(name), decimals);
    if (value === undefined) problems[name] = "amount_bad";
    condition[name] = value;
  }
  const parsed = alertRuleSchema.safeParse({
    name: field("name"),
    severity: field("severity"),
    enabled: field("enabled") === "yes",
    clearAfterSeconds: figure("clearAfterSeconds", field("clearAfterSeconds"), 0),
    condition,
  });
  if (parsed.success && Object.keys(problems).length === 0) return { ok: true, rule: parsed.data };
  for (const { path } of parsed.error?.issues ?? []) {
    problems[String(path.at(-1))] ??= "rule_bad";
  }
  return { ok: false, problems };
}

/** Undefined for what is no number in these units. */
function figure(name: string, given: string, decimals: number): string | number | undefined {
  const scaled = decimal(given, decimals);
  if (scaled === null) return undefined;
  return AMOUNTS.has(name) ? scaled.toString() : parseInt(scaled.toString(), 10);
}
