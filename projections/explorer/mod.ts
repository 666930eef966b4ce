/** Looks into the log and the books themselves. @module */
import type { ReadRoute } from "../http/mod.ts";
import { eventRoute } from "./events.ts";
import { trialBalanceRoute } from "./trial_balance.ts";

/** The routes for auditors. */
export const explorerRoutes: readonly ReadRoute[] = [eventRoute, trialBalanceRoute];
