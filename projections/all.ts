/** Every projection of this room. @module */
import { alertRules, alertSignals } from "./alerts/mod.ts";
import { balances } from "./balances/mod.ts";
import { budgets } from "./budgets/mod.ts";
import { catalog } from "./catalog/mod.ts";
import { endedCalls } from "./costs/mod.ts";
import { dailyUsage } from "./daily_usage/mod.ts";
import { adminActions, eventIndex } from "./explorer/mod.ts";
import { keys } from "./keys/mod.ts";
import { plans } from "./plans/mod.ts";
import type { Projection } from "./projection/mod.ts";
import { requests } from "./requests/mod.ts";

/** Every projection, the ones that people wait for first. */
export const ALL_PROJECTIONS: readonly Projection[] = [
  balances,
  requests,
  keys,
  budgets,
  plans,
  catalog,
  dailyUsage,
  alertRules,
  alertSignals,
  endedCalls,
  adminActions,
  eventIndex,
];
