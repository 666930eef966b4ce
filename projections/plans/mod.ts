/** The plans projection. @module */
export { plans } from "./plans.ts";
export { planRoutes } from "./routes.ts";
