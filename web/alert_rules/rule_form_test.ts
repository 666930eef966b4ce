import { describe, expect, it } from "vitest";
import { type AlertRule, DEFAULT_ALERT_RULES } from "../../shared/alerts/mod.ts";
import { toJsonValue } from "../../shared/json.ts";
import type { AlertRuleRow } from "../../shared/read_api/mod.ts";
import { conditionText, ruleOf, valuesOf } from "./mod.ts";

function rowOf(rule: AlertRule): AlertRuleRow {
  return {
    ...rule,
    condition: toJsonValue(rule.condition) as AlertRuleRow["condition"],
    ruleId: "rule",
    ruleVersion: 0,
    origin: "default",
    hasDefault: true,
    setBy: null,
    setAtMs: null,
    evaluation: { state: "ok", reason: null, evaluatedAtMs: null, openAlerts: 0 },
  };
}

describe("a rule's form", () => {
  it.each(Object.entries(DEFAULT_ALERT_RULES))("gives %s back as it was", (_id, rule) => {
    const row = rowOf(rule);
    const values = valuesOf(row);
    expect(ruleOf(row, (name) => values[name] ?? "")).toEqual({ ok: true, rule });
  });

  it("takes amounts in people's units", () => {
    const row = rowOf(DEFAULT_ALERT_RULES["account-spend-warning"]!);
    const values: Record<string, string> = { ...valuesOf(row), aboveNanoUsd: "2.5" };
    const asked = ruleOf(row, (name) => values[name] ?? "");
    expect(asked.ok && asked.rule.condition).toMatchObject({ aboveNanoUsd: 2_500_000_000n });
    expect(conditionText(row.condition)).toBe("account · 1 USD");
  });

  it("names the fields that are wrong", () => {
    const row = rowOf(DEFAULT_ALERT_RULES["error-rate-spike"]!);
    const values: Record<string, string> = {
      ...valuesOf(row),
      abovePartsPerMillion: "much",
      windowMinutes: "61",
      name: "",
    };
    const asked = ruleOf(row, (name) => values[name] ?? "");
    expect(asked).toEqual({
      ok: false,
      problems: { abovePartsPerMillion: "amount_bad", windowMinutes: "rule_bad", name: "rule_bad" },
    });
  });
});
