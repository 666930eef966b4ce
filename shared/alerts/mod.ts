/**
 * Alert rules: what is watched, when it matters, and what holds until somebody sets something else.
 * The ledger keeps every change of a rule as an event; the projections evaluate them.
 *
 * @module
 */
export {
  ALERT_KINDS,
  type AlertCondition,
  type AlertConditionOf,
  alertConditionSchema,
  type AlertKind,
} from "./condition.ts";
export {
  ALERT_SEVERITIES,
  alertIdSchema,
  type AlertRule,
  alertRuleIdSchema,
  alertRuleSchema,
  type AlertSeverity,
} from "./rule.ts";
export { DEFAULT_ALERT_RULES, defaultAlertRule } from "./defaults.ts";
