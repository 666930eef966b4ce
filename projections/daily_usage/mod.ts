/** The daily usage projection. @module */
export { dailyUsage } from "./daily_usage.ts";
export { dailyUsageRoutes } from "./routes.ts";
export { dayPlus, daysBetween, daySchema, yangonDay } from "./day.ts";
