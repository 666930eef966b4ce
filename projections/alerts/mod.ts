/** Alerts: rules over projections, evaluated live and delivered at least once; see README.md. @module */
export { alertRules } from "./rules/mod.ts";
export { alertSignals } from "./signals/mod.ts";
export { type AlertWebhook, type Fetch, problemOf } from "./delivery/mod.ts";
export type { Following } from "./live/mod.ts";
export { alertRoutes } from "./routes.ts";
export { prepareAlerts } from "./schema.ts";
export { type Alerts, type AlertsOptions, startAlerts } from "./service.ts";
