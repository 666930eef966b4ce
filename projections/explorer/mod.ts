/** Looks into the log itself. @module */
import type { ReadRoute } from "../http/mod.ts";
import { adminActionsRoute } from "./action_routes.ts";
import { eventDetailRoute } from "./event_detail.ts";
import { eventsRoute } from "./events.ts";

export { adminActions } from "./admin_actions.ts";
export { eventIndex } from "./event_index.ts";

/** The routes for auditors. */
export const explorerRoutes: readonly ReadRoute[] = [
  eventsRoute,
  eventDetailRoute,
  adminActionsRoute,
];
