/** Looks into the log itself. @module */
import type { ReadRoute } from "../http/mod.ts";
import { eventRoute } from "./events.ts";

/** The routes for auditors. */
export const explorerRoutes: readonly ReadRoute[] = [eventRoute];
