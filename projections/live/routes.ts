/** GET /v1/live. @module */
import { z } from "zod";
import { accountIdSchema } from "../../shared/ids/mod.ts";
import { liveAccountSchema } from "../../shared/read_api/mod.ts";
import { readBalances } from "../balances/mod.ts";
import { type ReadRoute, readRoute } from "../http/mod.ts";

/** The route of live balances. */
export const liveRoutes: readonly ReadRoute[] = [
  readRoute({
    path: "/v1/live",
    permission: "account:read",
    stream: "account",
    summary: "An account's balance, at once and whenever it changes, as server-sent events.",
    scope: "query",
    reads: ["balances"],
    // Optional here, because a developer's own account goes without saying.
    query: z.object({ account: accountIdSchema.optional() }),
    answer: liveAccountSchema,
    async handle({ accountId }, { db, follow }) {
      if (accountId === null || (await readBalances(db, [accountId])).length === 0) return null;
      return follow(accountId);
    },
  }),
];
