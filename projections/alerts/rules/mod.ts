/** Which alert rules are in force. @module */
export { alertRules } from "./projection.ts";
export { type EffectiveRule, readEffectiveRules } from "./effective.ts";
