/** Balances, journals and the trial balance as of any moment. @module */
import type { ReadRoute } from "../http/mod.ts";
import { balanceRoute } from "./balance.ts";
import { bookRoute } from "./book.ts";
import { journalRoute } from "./journal.ts";
import { trialBalanceRoute } from "./trial_balance.ts";

export { ONLY_ONE, onlyOne, placeOf, positionSchema, timeSchema } from "./as_of.ts";
export { balanceAt } from "./balance.ts";

/** The routes of time travel. */
export const timeTravelRoutes: readonly ReadRoute[] = [
  balanceRoute,
  journalRoute,
  bookRoute,
  trialBalanceRoute,
];
