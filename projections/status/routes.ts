/** GET /v1/status. @module */
import { z } from "zod";
import { gatewayStatusSchema, itemSchema } from "../../shared/read_api/mod.ts";
import { type ReadRoute, readRoute } from "../http/mod.ts";

const minutesSchema = z.string().regex(
  /^([1-9]\d{0,2}|1[0-3]\d\d|14[0-3]\d|1440)$/,
  "expected 1 to 1440 minutes",
).transform((text) => parseInt(text, 10)).default(60);

/** The route of the status. */
export const statusRoutes: readonly ReadRoute[] = [
  readRoute({
    path: "/v1/status",
    permission: "provider:read",
    summary: "Health of providers, fallbacks, calls and latency over time, and who served.",
    scope: "none",
    reads: ["requests"],
    query: z.object({ minutes: minutesSchema }),
    answer: itemSchema(gatewayStatusSchema),
    async handle({ query: { minutes } }, { status }) {
      return { item: await status(minutes) };
    },
  }),
];
