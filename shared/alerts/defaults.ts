/** The rules that a deployment begins with. @module */
import type { AlertCondition } from "./condition.ts";
import type { AlertRule, AlertSeverity } from "./rule.ts";

const NANO_USD_PER_USD = 1_000_000_000n;
const MICRO_KYAT_PER_KYAT = 1_000_000n;

const rule = (
  name: string,
  severity: AlertSeverity,
  clearAfterSeconds: number,
  condition: AlertCondition,
): AlertRule => ({ name, severity, enabled: true, clearAfterSeconds, condition });

const spend = (scope: "account" | "platform", dollars: bigint): AlertCondition => ({
  kind: "spend_per_hour",
  scope,
  accountId: null,
  aboveNanoUsd: dollars * NANO_USD_PER_USD,
});

/**
 * The rules in force until an event sets another one under the same id. Ids are for ever: alerts and
 * events refer to them. Taking away what was set under one of them brings the default back.
 */
export const DEFAULT_ALERT_RULES: Readonly<Record<string, AlertRule>> = {
  "account-spend-warning": rule(
    "An account spends more than 1 USD an hour",
    "warning",
    300,
    spend("account", 1n),
  ),
  "account-spend-critical": rule(
    "An account spends more than 5 USD an hour",
    "critical",
    300,
    spend("account", 5n),
  ),
  "platform-spend-warning": rule(
    "The platform spends more than 1 USD an hour",
    "warning",
    300,
    spend("platform", 1n),
  ),
  "platform-spend-critical": rule(
    "The platform spends more than 5 USD an hour",
    "critical",
    300,
    spend("platform", 5n),
  ),
  "balance-low": rule("An account has less than 5,000 kyat available", "warning", 0, {
    kind: "balance_low",
    accountId: null,
    belowMicroKyat: 5_000n * MICRO_KYAT_PER_KYAT,
  }),
  "error-rate-spike": rule("More than a fifth of all calls fail", "critical", 120, {
    kind: "error_rate",
    scope: "platform",
    accountId: null,
    windowMinutes: 5,
    abovePartsPerMillion: 200_000,
    minimumCalls: 20,
  }),
  "provider-down": rule("A provider serves nothing", "critical", 60, {
    kind: "provider_down",
    provider: null,
    windowMinutes: 5,
    minimumAttempts: 5,
  }),
  "hold-stuck": rule("A hold stays open after its expiry", "critical", 60, {
    kind: "hold_stuck",
    overdueSeconds: 120,
  }),
  "projection-lagging": rule("A projection is behind the log", "warning", 30, {
    kind: "projection_lagging",
    projection: null,
    behindSeconds: 60,
  }),
  "checkpoint-late": rule("Events wait for a signed checkpoint", "critical", 60, {
    kind: "checkpoint_late",
    lateSeconds: 300,
  }),
};

/** The rule that is delivered under an id, or null. */
export function defaultAlertRule(ruleId: string): AlertRule | null {
  // An id may be the name of a member that every object has.
  return Object.hasOwn(DEFAULT_ALERT_RULES, ruleId) ? DEFAULT_ALERT_RULES[ruleId]! : null;
}
