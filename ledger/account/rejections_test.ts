import { describe, expect, it } from "vitest";
import { type Command, REJECTION_CODES, type RejectionCode } from "../../shared/commands/mod.ts";
import { type Limits, NO_LIMITS } from "../../shared/limits/mod.ts";
import { MAXIMUM_ALERT_RULES } from "../alerts/mod.ts";
import { MAXIMUM_PLANS } from "../plans/mod.ts";
import { MAXIMUM_NAMES, MAXIMUM_PROVIDER_KEYS } from "../routing/mod.ts";
import { command, keyHash, READY_TO_CALL, requestId, Scenario } from "../shard/scenario.ts";
import { LATE_WINDOW_MS, MAXIMUM_ACTIVE_KEYS, MAXIMUM_OPEN_HOLDS } from "./mod.ts";

/** given these commands (or a wait in milliseconds), when this command comes, then this code. */
type Row = readonly [RejectionCode, readonly (Command | number)[], Command];

const ready = READY_TO_CALL;
const without = (type: Command["type"]) => ready.filter((one) => one.type !== type);
const held = [...ready, command("PlaceHold")];
const settled = [...held, command("SettleHold")];
const released = [...held, command("ReleaseHold")];
const second = command("PublishPrice", { model: "model-2" });
const heldOverBoth = [...ready, second, command("PlaceHold", { alternatives: ["model-2"] })];
const spoken = command("PublishPrice", {
  model: "speech-1",
  kind: "speech",
  ratesPicoUsdPerUnit: { characters: 15_000_000n },
});
const withFee = [...ready, command("SetOwnKeyFee")];
const expired = [...held, 60_000, command("ExpireHold")];
const settledAtExpiry = [...held, command("ReportUsage"), 60_000, command("ExpireHold")];
const lateSettled = [...expired, command("SettleHold")];
/** What {@link settled} took from the wallet. */
const PAID = 30_000n;
const ofOther = { accountId: "acc-2" };
const max = 2n ** 63n - 1n;
const sameKey = { keyHash: keyHash(7), bodyHash: keyHash(7) };
const named = [...ready, command("PlaceHold", { idempotency: sameKey })];
const limited = (limits: Partial<Limits>, keyId: string | null = null) => [
  ...ready,
  command("PublishPlan", { limits: { ...NO_LIMITS, ...limits } }),
  command("AssignPlan", { keyId }),
];

// deno-fmt-ignore: a row per reason, visible on one screen
const ROWS: readonly Row[] = [
  ["invalid_command", held, command("ExpireHold")],
  ["invalid_command", [...held, command("ExtendHold"), 60_000], command("ExpireHold")],

  ["invalid_command", ready, command("SetBudget", { keyId: "key-1", teamId: "team-1" })],
  ["invalid_command", ready, command("SetBudget", { teamId: "team-1", userId: "user-1" })],

  ["account_exists", ready, command("OpenAccount", { name: "Another" })],
  ["account_not_found", [], command("GrantCredit")],
  ["account_not_found", [], command("PostAdjustment")],
  ["account_not_found", [], command("IssueCreditNote")],
  ["account_not_found", [], command("IssueKey")],
  ["account_not_found", [], command("RevokeKey")],
  ["account_not_found", [], command("SetBudget")],
  ["account_not_found", [], command("PlaceHold")],
  ["account_not_found", [], command("ConfigureKey")],
  ["account_not_found", [], command("AssignPlan")],
  ["account_not_found", [], command("ExtendHold")],
  ["account_not_found", [], command("ReportUsage")],
  ["account_not_found", [], command("SettleHold")],
  ["account_not_found", [], command("ReleaseHold")],
  ["account_not_found", [], command("ExpireHold")],

  ["credit_note_exists", [...settled, command("IssueCreditNote")], command("IssueCreditNote", { amountMicroKyat: 0n })],

  ["key_exists", ready, command("IssueKey", { keyHash: keyHash(2) })],
  ["key_exists", ready, command("IssueKey", { keyId: "key-2" })],
  ["key_exists", [...ready, command("OpenAccount", ofOther)], command("IssueKey", ofOther)],
  ["key_not_found", ready, command("RevokeKey", { keyId: "key-9" })],
  ["key_not_found", ready, command("SetBudget", { keyId: "key-9" })],
  ["key_not_found", ready, command("PlaceHold", { keyId: "key-9" })],
  ["key_not_found", ready, command("ConfigureKey", { keyId: "key-9" })],
  ["key_not_found", ready, command("AssignPlan", { keyId: "key-9" })],
  ["key_not_found", [...ready, command("OpenAccount", ofOther)], command("PlaceHold", ofOther)],
  ["key_revoked", [...ready, command("RevokeKey")], command("RevokeKey")],
  ["key_revoked", [...ready, command("RevokeKey")], command("SetBudget", { keyId: "key-1" })],
  ["key_revoked", [...ready, command("RevokeKey")], command("PlaceHold")],
  ["key_revoked", [...ready, command("RevokeKey")], command("ConfigureKey")],
  ["key_revoked", [...ready, command("RevokeKey")], command("AssignPlan", { keyId: "key-1" })],
  ["key_expired", [...without("IssueKey"), command("IssueKey", { expiresAtMs: 1 })], command("PlaceHold")],

  ["key_expired", [...ready, command("ConfigureKey", { expiresAtMs: 1 })], command("PlaceHold")],
  ["plan_not_found", ready, command("AssignPlan")],
  ["plan_not_found", ready, command("AssignPlan", { keyId: "key-1" })],
  ["model_not_allowed", [...ready, command("ConfigureKey", { allowedModels: [] })], command("PlaceHold")],
  ["model_not_allowed", [...ready, command("ConfigureKey", { allowedModels: ["other/*", "model-2"] })], command("PlaceHold")],
  ["model_not_allowed", [...ready, command("ConfigureKey", { allowedModels: ["model-1"] })], command("PlaceHold", { alternatives: ["model-1", "model-2"] })],

  ["request_exists", held, command("PlaceHold")],
  ["request_exists", settled, command("PlaceHold")],
  ["request_exists", expired, command("PlaceHold")],
  ["idempotency_conflict", named, command("PlaceHold", { requestId: requestId(2), idempotency: { ...sameKey, bodyHash: keyHash(8) } })],
  ["idempotency_conflict", [...named, command("SettleHold")], command("PlaceHold", { requestId: requestId(2), idempotency: { ...sameKey, bodyHash: keyHash(8) } })],
  ["idempotency_in_progress", named, command("PlaceHold", { requestId: requestId(2), idempotency: sameKey })],
  ["idempotency_in_progress", [...named, 60_001], command("PlaceHold", { requestId: requestId(2), idempotency: sameKey })],
  ["idempotency_replay", [...named, command("SettleHold")], command("PlaceHold", { requestId: requestId(2), idempotency: sameKey })],
  ["idempotency_replay", [...named, command("ReportUsage"), 60_000, command("ExpireHold")], command("PlaceHold", { requestId: requestId(2), idempotency: sameKey })],
  ["idempotency_replay", [...named, 60_000, command("ExpireHold"), command("SettleHold")], command("PlaceHold", { requestId: requestId(2), idempotency: sameKey })],
  ["hold_not_found", ready, command("ExtendHold")],
  ["hold_not_found", ready, command("ReportUsage")],
  ["hold_not_found", ready, command("SettleHold")],
  ["hold_not_found", ready, command("ReleaseHold")],
  ["hold_not_found", ready, command("ExpireHold")],
  ["hold_not_found", [...held, command("OpenAccount", ofOther)], command("SettleHold", ofOther)],
  ["hold_settled", settled, command("SettleHold", { usage: { input: 1 } })],
  ["hold_settled", settled, command("ReleaseHold")],
  ["hold_settled", settled, command("ExtendHold")],
  ["hold_settled", settled, command("ReportUsage")],
  ["hold_settled", settled, command("ExpireHold")],
  ["hold_settled", settledAtExpiry, command("ReleaseHold")],
  ["hold_settled", settledAtExpiry, command("ReportUsage")],
  ["hold_settled", lateSettled, command("SettleHold")],
  ["hold_released", released, command("SettleHold")],
  ["hold_released", released, command("ReleaseHold")],
  ["hold_released", [...released, 60_000], command("ExpireHold")],
  ["hold_expired", expired, command("ReleaseHold")],
  ["hold_expired", expired, command("ExtendHold")],
  ["hold_expired", expired, command("ReportUsage")],
  ["hold_expired", expired, command("ExpireHold")],
  ["late_window_passed", [...expired, LATE_WINDOW_MS + 1], command("SettleHold")],
  ["late_window_passed", [...settledAtExpiry, LATE_WINDOW_MS + 1], command("SettleHold")],
  ["model_not_held", held, command("SettleHold", { model: "model-2" })],
  ["model_not_held", held, command("ReportUsage", { model: "model-2" })],
  ["model_not_held", expired, command("SettleHold", { model: "model-2" })],
  ["model_not_held", heldOverBoth, command("SettleHold", { model: "model-3" })],
  ["billing_not_held", held, command("SettleHold", { ownKey: true })],
  ["billing_not_held", held, command("ReportUsage", { ownKey: true })],
  ["billing_not_held", expired, command("SettleHold", { ownKey: true })],
  ["billing_not_held", [...withFee, command("PlaceHold", { billing: "own_key" })], command("SettleHold", { ownKey: false })],
  ["billing_not_held", [...withFee, command("PlaceHold", { billing: "free" })], command("SettleHold", { ownKey: true })],
  ["sequence_passed", [...held, command("ExtendHold", { sequence: 3 })], command("ExtendHold", { sequence: 3 })],
  ["sequence_passed", [...held, command("ReportUsage", { sequence: 3 })], command("ReportUsage", { sequence: 2 })],
  ["usage_decreased", [...held, command("ReportUsage")], command("ReportUsage", { sequence: 2, usage: { input: 10, output: 1 } })],
  ["usage_decreased", [...held, command("ReportUsage")], command("ReportUsage", { sequence: 2, usage: { output: 2 } })],

  ["model_not_priced", without("PublishPrice"), command("PlaceHold")],
  ["model_not_priced", [], command("WithdrawPrice")],
  ["model_not_priced", [...ready, command("WithdrawPrice")], command("WithdrawPrice")],
  ["model_not_priced", [...ready, command("WithdrawPrice")], command("PlaceHold")],
  ["model_not_priced", ready, command("PlaceHold", { alternatives: ["model-1", "model-2"] })],
  ["usage_class_not_priced", [], command("PublishPrice", { ratesPicoUsdPerUnit: {} })],
  ["usage_class_not_priced", [...ready, command("PublishPrice", { ratesPicoUsdPerUnit: { input: 1n } })], command("PlaceHold")],
  ["usage_class_not_priced", [...ready, command("PublishPrice", { ratesPicoUsdPerUnit: { output: 1n } })], command("PlaceHold")],
  ["usage_class_not_priced", [...ready, spoken], command("PlaceHold", { model: "speech-1" })],
  ["usage_class_not_priced", [...ready, spoken], command("PlaceHold", { alternatives: ["speech-1"], unitsBound: { seconds: 9 } })],
  ["markup_not_set", without("SetMarkup"), command("PlaceHold")],
  ["fx_rate_not_set", without("SetFxRate"), command("PlaceHold")],
  ["own_key_fee_not_set", ready, command("PlaceHold", { billing: "own_key" })],
  ["own_key_fee_not_set", ready, command("PlaceHold", { billing: "either" })],

  ["alert_rule_not_found", [], command("RemoveAlertRule")],
  ["alert_rule_not_found", [], command("RemoveAlertRule", { ruleId: "balance-low" })],
  ["alert_rule_not_found", [command("SetAlertRule"), command("RemoveAlertRule")], command("RemoveAlertRule")],
  ["alert_rule_kind_fixed", [], command("SetAlertRule", { ruleId: "hold-stuck" })],
  ["alert_rule_kind_fixed", [command("SetAlertRule")], holdRule("rule-1")],

  ["invalid_command", [], command("ConfigureProvider", { profile: "openai_compatible" })],
  ["invalid_command", [], command("StoreProviderKey", { level: "user", ownerId: "acc-1" })],
  ["invalid_command", [], command("StoreProviderKey", { level: "user", ownerId: "/user-9" })],
  ["invalid_command", [], command("StoreProviderKey", { level: "organisation", ownerId: "No account" })],
  ["invalid_command", [], command("StoreProviderKey", { level: "tier" })],
  ["invalid_command", [], command("StoreProviderKey", { level: "system", ownerId: "acc-1" })],
  ["invalid_command", [], command("SetModelAlias", { alias: "fast", models: ["model-1", "fast"] })],
  ["provider_key_exists", [command("StoreProviderKey")], command("StoreProviderKey")],
  ["provider_key_exists", [command("StoreProviderKey"), command("RemoveProviderKey")], command("StoreProviderKey")],
  ["provider_key_not_found", [], command("RemoveProviderKey")],
  ["provider_key_not_found", [command("StoreProviderKey")], command("RemoveProviderKey", { provider: "openai" })],
  ["provider_key_not_found", [command("StoreProviderKey")], command("RemoveProviderKey", { ownerId: "acc-1" })],
  ["provider_key_not_found", [command("StoreProviderKey", { level: "tier", ownerId: "acc-1" })], command("RemoveProviderKey", { ownerId: "acc-1" })],
  ["provider_key_not_found", [command("StoreProviderKey", { level: "user", ownerId: "acc-11/u" })], command("RemoveProviderKey", { ownerId: "acc-1" })],
  ["provider_key_not_found", [command("StoreProviderKey"), command("RemoveProviderKey")], command("RemoveProviderKey")],
  ["provider_key_not_found", [command("StoreProviderKey"), command("RemoveProviderKey")], command("RewrapProviderKey", { keyVersion: 2 })],
  ["provider_key_changed", [command("StoreProviderKey"), command("RewrapProviderKey")], command("RewrapProviderKey")],
  ["router_not_found", [], command("RemoveRouter")],
  ["router_not_found", [], command("RemoveRouter", { routerId: "free-first" })],
  ["router_not_found", [command("ConfigureRouter"), command("RemoveRouter")], command("RemoveRouter")],
  ["alias_not_found", [], command("SetModelAlias", { models: [] })],
  ["alias_not_found", [command("SetModelAlias"), command("SetModelAlias", { models: [] })], command("SetModelAlias", { models: [] })],

  ["amount_is_zero", ready, command("GrantCredit", { amountMicroKyat: 0n })],
  ["amount_is_zero", ready, command("PostAdjustment", { amountMicroKyat: 0n })],
  ["amount_is_zero", ready, command("IssueCreditNote", { amountMicroKyat: 0n })],
  ["amount_is_zero", [], command("SetFxRate", { kyatPerUsd: "0.000000" })],
  ["amount_overflow", ready, command("GrantCredit", { amountMicroKyat: max - 999_999n })],
  ["amount_overflow", ready, command("PostAdjustment", { amountMicroKyat: max - 999_999n })],
  ["amount_overflow", ready, command("IssueCreditNote", { amountMicroKyat: max - 999_999n })],
  ["amount_overflow", [...without("SetFxRate"), command("SetFxRate", { kyatPerUsd: "999999999" }), command("GrantCredit", { amountMicroKyat: max - 1_000_000n }), command("PlaceHold")], command("SettleHold", { usage: { input: 1_000_000_000_000 } })],
  ["amount_overflow", [...without("SetFxRate"), command("SetFxRate", { kyatPerUsd: "999999999" }), command("GrantCredit", { amountMicroKyat: max - 1_000_000n }), command("PlaceHold")], command("ReportUsage", { usage: { output: 1_000_000_000_000 } })],
  ["credit_note_too_high", ready, command("IssueCreditNote", { amountMicroKyat: 1n })],
  ["credit_note_too_high", held, command("IssueCreditNote", { amountMicroKyat: 1n })],
  ["credit_note_too_high", settled, command("IssueCreditNote", { amountMicroKyat: PAID + 1n })],
  ["credit_note_too_high", [...settled, command("IssueCreditNote")], command("IssueCreditNote", { reference: "rerate-2", amountMicroKyat: PAID - 499n })],
  ["credit_note_too_high", [...settled, command("OpenAccount", ofOther)], command("IssueCreditNote", ofOther)],
  ["insufficient_credit", ready, command("PostAdjustment", { amountMicroKyat: -1_000_001n })],
  ["insufficient_credit", held, command("PostAdjustment", { amountMicroKyat: -950_001n })],
  ["insufficient_credit", ready, command("PlaceHold", { inputTokensBound: 981 })],
  ["budget_exceeded", [...ready, command("SetBudget", { limitMicroKyat: 29_999n })], command("PlaceHold")],
  ["budget_exceeded", [...ready, command("SetBudget", { keyId: "key-1", limitMicroKyat: 29_999n })], command("PlaceHold")],
  ["budget_exceeded", [...held, command("SetBudget", { period: "total", limitMicroKyat: 79_999n })], command("PlaceHold", { requestId: requestId(2) })],
  ["budget_exceeded", [...without("IssueKey"), command("IssueKey", { teamId: "team-1" }), command("SetBudget", { teamId: "team-1", limitMicroKyat: 29_999n })], command("PlaceHold")],
  ["budget_exceeded", [...without("IssueKey"), command("IssueKey", { userId: "user-1" }), command("SetBudget", { userId: "user-1", limitMicroKyat: 29_999n })], command("PlaceHold")],
  ["rate_limited", [...limited({ requestsPerMinute: 1 }), command("PlaceHold")], command("PlaceHold", { requestId: requestId(2) })],
  ["rate_limited", limited({ tokensPerMinute: 14 }), command("PlaceHold")],
  ["rate_limited", [...limited({ requestsPerDay: 1 }), command("PlaceHold")], command("PlaceHold", { requestId: requestId(2) })],
  ["rate_limited", limited({ tokensPerMonth: 14 }), command("PlaceHold")],
  ["rate_limited", [...limited({ concurrentRequests: 1 }), command("PlaceHold")], command("PlaceHold", { requestId: requestId(2) })],
  ["rate_limited", limited({ tokensPerMonth: 14 }, "key-1"), command("PlaceHold")],
  ["too_many_holds", [...ready, command("GrantCredit", { amountMicroKyat: max / 2n }), ...range(MAXIMUM_OPEN_HOLDS, (n) => command("PlaceHold", { requestId: requestId(n) }))], command("PlaceHold", { requestId: requestId(0) })],
  ["too_many_keys", [command("OpenAccount"), ...range(MAXIMUM_ACTIVE_KEYS, (n) => command("IssueKey", { keyId: `key-${n}`, keyHash: keyHash(n) }))], command("IssueKey", { keyId: "key-0", keyHash: keyHash(0) })],
  ["too_many_plans", range(MAXIMUM_PLANS, (n) => command("PublishPlan", { planId: `plan-${n}` })), command("PublishPlan", { planId: "plan-0" })],
  ["too_many_alert_rules", range(MAXIMUM_ALERT_RULES, (n) => command("SetAlertRule", { ruleId: `rule-${n}` })), command("SetAlertRule", { ruleId: "rule-0" })],
  ["routing_changed", [], command("ConfigureProvider", { expectedVersion: 1 })],
  ["routing_changed", [command("ConfigureProvider"), command("ConfigureProvider")], command("ConfigureProvider", { expectedVersion: 1 })],
  ["routing_changed", [command("ConfigureRouter")], command("ConfigureRouter", { expectedVersion: 0 })],
  ["routing_changed", [command("ConfigureRouter"), command("RemoveRouter")], command("ConfigureRouter", { expectedVersion: 1 })],
  ["too_many_routing_names", range(MAXIMUM_NAMES.providers, (n) => command("ConfigureProvider", { provider: `p-${n}` })), command("ConfigureProvider")],
  ["too_many_routing_names", range(MAXIMUM_NAMES.routers, (n) => command("ConfigureRouter", { routerId: `r-${n}` })), command("ConfigureRouter")],
  ["too_many_routing_names", range(MAXIMUM_NAMES.aliases, (n) => command("SetModelAlias", { alias: `a-${n}` })), command("SetModelAlias")],
  ["too_many_provider_keys", range(MAXIMUM_PROVIDER_KEYS, (n) => command("StoreProviderKey", { keyId: `k-${n}` })), command("StoreProviderKey")],
];

function holdRule(ruleId: string): Command {
  const condition = { kind: "hold_stuck", overdueSeconds: 60 } as const;
  const more = { severity: "critical", enabled: true, clearAfterSeconds: 0 } as const;
  return command("SetAlertRule", { ruleId, rule: { name: "Stuck", ...more, condition } });
}

function range<T>(count: number, make: (n: number) => T): T[] {
  return Array.from({ length: count }, (_, index) => make(index + 1));
}

function play(steps: readonly (Command | number)[]): Scenario {
  const scenario = new Scenario();
  for (const step of steps) {
    if (typeof step === "number") scenario.wait(step);
    else scenario.given(step);
  }
  return scenario;
}

describe("rejections", () => {
  ROWS.forEach(([code, given, when], index) => {
    it(`${code}: ${when.type}, row ${index + 1}`, () => {
      const decision = play(given).attempt(when);
      expect(decision.status === "rejected" ? decision.rejection.code : "accepted").toBe(code);
    });
  });

  it("are all shown above, but for those of the writer and of the edge", () => {
    const shown = new Set(ROWS.map(([code]) => code));
    expect(REJECTION_CODES.filter((code) => !shown.has(code)))
      .toEqual(["operation_conflict", "input_too_long"]);
  });
});

describe("of several reasons the first in the documented order is given", () => {
  const cheap = { amountMicroKyat: 1n };
  /** Each step takes away the reason that was given; the next one must come to light. */
  const steps: readonly (readonly [RejectionCode, Command])[] = [
    ["account_not_found", command("OpenAccount")],
    ["key_not_found", command("IssueKey", { expiresAtMs: 1 })],
    ["key_expired", command("IssueKey", { keyId: "key-2", keyHash: keyHash(2) })],
    ["model_not_allowed", command("ConfigureKey", { keyId: "key-2", allowedModels: ["model-1"] })],
    ["model_not_priced", command("PublishPrice", { ratesPicoUsdPerUnit: { input: 1n } })],
    ["usage_class_not_priced", command("PublishPrice")],
    ["markup_not_set", command("SetMarkup")],
    ["fx_rate_not_set", command("SetFxRate")],
    ["insufficient_credit", command("GrantCredit")],
    ["budget_exceeded", command("SetBudget", { limitMicroKyat: null })],
    ["rate_limited", command("AssignPlan", { planId: null })],
  ];

  it("for a hold", () => {
    const scenario = new Scenario();
    for (const [code, remedy] of steps) {
      const keyId = scenario.state.book.accounts.get("acc-1")?.keys.has("key-2")
        ? "key-2"
        : "key-1";
      const decision = scenario.attempt(command("PlaceHold", { keyId }));
      expect(decision.status === "rejected" ? decision.rejection.code : "accepted").toBe(code);
      scenario.given(remedy);
      if (remedy.type === "IssueKey" && remedy.body.keyId === "key-2") {
        scenario.given(command("ConfigureKey", { keyId: "key-2", allowedModels: [] }));
      }
      if (remedy.type === "OpenAccount") {
        scenario.given(command("GrantCredit", cheap));
        scenario.given(command("SetBudget", { limitMicroKyat: 0n }));
        const limits = { ...NO_LIMITS, tokensPerMonth: 1 };
        scenario.given(command("PublishPlan", { limits }), command("AssignPlan"));
      }
    }
    scenario.given(command("PlaceHold", { keyId: "key-2" }));
  });

  it("for a revoked key that has expired as well", () => {
    const scenario = play([...without("IssueKey"), command("IssueKey", { expiresAtMs: 1 })]);
    scenario.given(command("RevokeKey"));
    const decision = scenario.attempt(command("PlaceHold"));
    expect(decision).toMatchObject({ rejection: { code: "key_revoked" } });
  });

  it("for a report that is both old and lower", () => {
    const scenario = play([...held, command("ReportUsage")]);
    const decision = scenario.attempt(command("ReportUsage", { usage: {} }));
    expect(decision).toMatchObject({ rejection: { code: "sequence_passed" } });
  });
});

describe("at the very edge", () => {
  it("credit notes may give back all that was paid, at once or in parts, late usage included", () => {
    const scenario = play(settled);
    const note = (reference: string, amountMicroKyat: bigint) =>
      command("IssueCreditNote", { reference, amountMicroKyat });
    scenario.given(note("part-1", PAID - 1n), note("part-2", 1n));
    expect(scenario.attempt(note("part-3", 1n))).toEqual({
      status: "rejected",
      rejection: {
        code: "credit_note_too_high",
        message: "Credit note refused: it gives back 0.000001 kyat, the account has paid 0 " +
          "that were not given back yet",
        details: { amountMicroKyat: "1", maximumMicroKyat: "0" },
      },
    });
    const late = play(lateSettled);
    late.given(note("part-1", late.balance().settled));
    expect(late.attempt(note("part-2", 1n)))
      .toMatchObject({ rejection: { code: "credit_note_too_high" } });
  });

  it("a key expires at its millisecond and works until then", () => {
    const scenario = play(without("IssueKey"));
    scenario.given(command("IssueKey", { expiresAtMs: scenario.nowMs + 1 }));
    scenario.given(command("PlaceHold"));
    scenario.wait(1);
    const decision = scenario.attempt(command("PlaceHold", { requestId: requestId(2) }));
    expect(decision).toMatchObject({ rejection: { code: "key_expired" } });
  });

  it("an adjustment may take all that is available", () => {
    const scenario = play(held);
    scenario.given(command("PostAdjustment", { amountMicroKyat: -950_000n }));
    expect(scenario.balance()).toEqual({ available: 0n, held: 50_000n, settled: 0n });
  });

  it("a revoked key makes room for another", () => {
    const issue = (n: number) => command("IssueKey", { keyId: `key-${n}`, keyHash: keyHash(n) });
    const scenario = play([command("OpenAccount"), ...range(MAXIMUM_ACTIVE_KEYS, issue)]);
    scenario.given(command("RevokeKey"), issue(0));
    expect(scenario.attempt(issue(2_000))).toMatchObject({ rejection: { code: "too_many_keys" } });
  });

  it("credit may fill the ledger to its last unit", () => {
    const scenario = play(ready);
    scenario.given(command("GrantCredit", { amountMicroKyat: max - 1_000_000n }));
    expect(scenario.balance().available).toBe(max);
  });
});

describe("a rejection", () => {
  it("says what is there and what is needed", () => {
    const decision = play(ready).attempt(command("PlaceHold", { inputTokensBound: 1_000 }));
    expect(decision).toEqual({
      status: "rejected",
      rejection: {
        code: "insufficient_credit",
        message: "Hold refused: it needs 1.02 kyat, available are 1",
        details: { availableMicroKyat: "1000000", neededMicroKyat: "1020000" },
      },
    });
  });

  it("names the budget that stands in the way", () => {
    const scenario = play([...held, command("SetBudget", { limitMicroKyat: 79_999n })]);
    const decision = scenario.attempt(command("PlaceHold", { requestId: requestId(2) }));
    expect(decision).toMatchObject({
      rejection: {
        details: {
          keyId: null,
          period: "day",
          limitMicroKyat: "79999",
          spentMicroKyat: "50000",
          neededMicroKyat: "30000",
        },
      },
    });
  });
});
