/** The budgets projection. @module */
export { budgets } from "./budgets.ts";
export { budgetRoutes } from "./routes.ts";
