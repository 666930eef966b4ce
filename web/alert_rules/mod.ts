/** Alert rules as forms: one field for each figure of a condition, in people's units. @module */
export { conditionText, type RuleField, ruleFields, ruleOf, valuesOf } from "./rule_form.ts";
