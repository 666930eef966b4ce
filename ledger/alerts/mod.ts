/** Alert rules and acknowledgements as facts; evaluating rules is the projections'. @module */
export { type AlertCommand, decideAlerts, MAXIMUM_ALERT_RULES } from "./decide.ts";
export { type AlertEvent, type AlertRuleBook, emptyAlertRuleBook, evolveAlerts } from "./rules.ts";
