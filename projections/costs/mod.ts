/** Cost, usage, speed and errors over ended calls. @module */
import type { ReadRoute } from "../http/mod.ts";
import { costRoutes } from "./cost_routes.ts";
import { errorPatternsRoute } from "./errors_route.ts";
import { usageByModelRoute } from "./usage_route.ts";

export { endedCalls } from "./ended_calls.ts";
export { COST_VIEWS, prepareViews } from "./views.ts";

/** The routes of the cost views. */
export const costViewRoutes: readonly ReadRoute[] = [
  ...costRoutes,
  usageByModelRoute,
  errorPatternsRoute,
];
