import { describe, expect, it } from "vitest";
import { alertRuleSchema, DEFAULT_ALERT_RULES } from "../../shared/alerts/mod.ts";
import { streamOf } from "../../shared/events/mod.ts";
import { toJsonValue } from "../../shared/json.ts";
import { command, Scenario } from "../shard/scenario.ts";

const rule = {
  name: "Low",
  severity: "warning",
  enabled: true,
  clearAfterSeconds: 0,
  condition: { kind: "balance_low", accountId: null, belowMicroKyat: "1" },
};

describe("alert rules", () => {
  it("are numbered per id, through removals, on a stream of their own", () => {
    const scenario = new Scenario();
    scenario.given(
      command("SetAlertRule"),
      command("RemoveAlertRule"),
      command("SetAlertRule"),
      command("SetAlertRule", { ruleId: "rule-2" }),
    );
    expect(scenario.log.map(({ event }) => [event.type, streamOf(event)])).toEqual([
      ["AlertRuleSet", "alert-rule-rule-1"],
      ["AlertRuleRemoved", "alert-rule-rule-1"],
      ["AlertRuleSet", "alert-rule-rule-1"],
      ["AlertRuleSet", "alert-rule-rule-2"],
    ]);
    const versions = scenario.log.map(({ event }) =>
      "ruleVersion" in event.payload ? event.payload.ruleVersion : null
    );
    expect(versions).toEqual([1, 2, 3, 1]);
  });

  it("whose version is not the next mean a damaged log", () => {
    const scenario = new Scenario();
    const payload = { ruleId: "rule-1", ruleVersion: 2, reason: "x" };
    expect(() => scenario.append({ type: "AlertRuleRemoved", payload })).toThrow(RangeError);
  });

  it("may be named like a member of every object", () => {
    const scenario = new Scenario();
    scenario.given(
      command("SetAlertRule", { ruleId: "constructor" }),
      command("RemoveAlertRule", { ruleId: "constructor" }),
    );
    expect(scenario.log).toHaveLength(2);
  });

  it("of another kind may take an id after its removal", () => {
    const scenario = new Scenario();
    scenario.given(command("SetAlertRule"), command("RemoveAlertRule"));
    const condition = { kind: "hold_stuck", overdueSeconds: 1 } as const;
    const more = { name: "x", severity: "critical", enabled: true, clearAfterSeconds: 0 } as const;
    scenario.given(command("SetAlertRule", { ruleId: "rule-1", rule: { ...more, condition } }));
    expect(scenario.log).toHaveLength(3);
  });

  it("are acknowledged by anybody's word, on the stream of the alert", () => {
    const scenario = new Scenario();
    const [event] = scenario.given(command("AcknowledgeAlert"));
    expect(streamOf(event!)).toBe("alert-01990000-0000-7000-8000-000000000001");
  });
});

describe("the shape of a rule", () => {
  it.each(Object.entries(DEFAULT_ALERT_RULES))("%s, as delivered, is valid", (_id, delivered) => {
    expect(alertRuleSchema.parse(toJsonValue(delivered))).toEqual(delivered);
  });

  const with_ = (condition: Record<string, unknown>) => ({ ...rule, condition });
  const spend = { kind: "spend_per_hour", scope: "account", accountId: null, aboveNanoUsd: "1" };
  it.each([
    ["condition.kind", with_({ kind: "moon_full" }), "expected one of spend_per_hour, "],
    ["condition.aboveNanoUsd", with_({ ...spend, aboveNanoUsd: 1 }), "string"],
    ["condition.aboveNanoUsd", with_({ ...spend, aboveNanoUsd: "0" }), "more than 0"],
    ["condition.aboveNanoUsd", with_({ ...spend, aboveNanoUsd: "-1" }), "whole non-negative"],
    ["condition.aboveNanoUsd", with_({ ...spend, aboveNanoUsd: "0.5" }), "whole non-negative"],
    ["condition.aboveNanoUsd", with_({ ...spend, aboveNanoUsd: "9223372036854775808" }), "63 bits"],
    ["condition", with_({ ...spend, belowNanoUsd: "1" }), "belowNanoUsd"],
    [
      "condition.accountId",
      with_({ ...spend, scope: "platform", accountId: "acc-1" }),
      "expected null, because the scope is the whole platform",
    ],
    ["condition.overdueSeconds", with_({ kind: "hold_stuck", overdueSeconds: 0 }), ">=1"],
    ["clearAfterSeconds", { ...rule, clearAfterSeconds: 86_401 }, "<=86400"],
    ["severity", { ...rule, severity: "urgent" }, "warning"],
    ["name", { ...rule, name: "" }, ">=1"],
  ])("refuses a wrong %s and says why", (path, wrong, why) => {
    const parsed = alertRuleSchema.safeParse(wrong);
    const [issue] = parsed.error?.issues ?? [];
    expect(issue?.path.join(".")).toBe(path);
    expect(issue?.message).toContain(why);
  });
});
