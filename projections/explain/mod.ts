/** From tokens to kyat: why a request cost what it cost. @module */
import { z } from "zod";
import { accountIdSchema, requestIdSchema } from "../../shared/ids/mod.ts";
import { explanationSchema, itemSchema } from "../../shared/read_api/mod.ts";
import { type ReadRoute, readRoute } from "../http/mod.ts";
import { explainRequest } from "./read.ts";

export type { ExplainedRequest } from "./explanation.ts";
export { explainRequest } from "./read.ts";
export { feeStepsOf, type Step, stepsOf, type Terms } from "./steps.ts";

/** The routes of explanations. */
export const explanationRoutes: readonly ReadRoute[] = [
  readRoute({
    path: "/v1/requests/{requestId}/explanation",
    permission: "request:read",
    summary: "Each step from a call's tokens to its charge, with the numbers.",
    scope: "query",
    reads: [],
    query: z.object({ account: accountIdSchema.optional() }),
    answer: itemSchema(explanationSchema),
    async handle({ accountId, params: { requestId } }, { db }) {
      if (requestId === undefined || !requestIdSchema.safeParse(requestId).success) return null;
      const item = await explainRequest(db, requestId);
      if (item === null || (accountId !== null && item.accountId !== accountId)) return null;
      return { item };
    },
  }),
];
