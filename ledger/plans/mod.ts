/** Plans: published in versions, and assigned to accounts and keys; see README.md. @module */
export { emptyPlanBook, evolvePlans, type Plan, type PlanBook, type PlanEvent } from "./book.ts";
export { type PlanSeed, planSeeds } from "./seeds.ts";
export { decidePlans, MAXIMUM_PLANS, type PlanCommand } from "./decide.ts";
