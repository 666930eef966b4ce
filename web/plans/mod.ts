/** Plans as forms and tables. @module */
export { type AskedPlan, PLAN_FIELDS, planOfForm, valuesOfPlan } from "./plan_form.ts";
export { familiesOf, limitName, limitText, PlanTable } from "./plan_table.tsx";
export { PlanUsageTable } from "./usage_table.tsx";
