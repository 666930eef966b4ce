/** Alerts as server-sent events. @module */
export { type AlertHub, createAlertHub, type Following } from "./hub.ts";
