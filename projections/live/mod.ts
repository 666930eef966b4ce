/** Balances that are told as they change. @module */
export { createLiveHub, type LiveHub } from "./hub.ts";
export { liveRoutes } from "./routes.ts";
