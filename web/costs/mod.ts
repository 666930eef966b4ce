/** The views of cost as pages. @module */
export { COST_PAGES, type CostPage, filtersOf, isCostPage, readCosts, type Shown } from "./read.ts";
export { CostTable } from "./cost_table.tsx";
export { ModelUsageTable } from "./model_usage_table.tsx";
export { ErrorTable } from "./error_table.tsx";
