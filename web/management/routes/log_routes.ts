/** The log of calls. @module */
import { z } from "zod";
import { accountIdSchema, identifierSchema, requestIdSchema } from "../../../shared/ids/mod.ts";
import {
  itemSchema,
  requestRowSchema,
  requestSummarySchema,
} from "../../../shared/read_api/mod.ts";
import { refuse } from "../answer.ts";
import { type ManagementRoute, managementRoute, pageQuery, positionQuery } from "../route.ts";
import { listSchema } from "../schemas.ts";

const timeSchema = z.string().regex(/^\d{1,14}$/, "expected a time in epoch milliseconds");

/** From when until before when calls were placed, in epoch milliseconds. */
export const periodQuery = { from: timeSchema.optional(), to: timeSchema.optional() };

const filters = {
  account: accountIdSchema.optional(),
  key: identifierSchema.optional(),
  model: identifierSchema.optional(),
  provider: identifierSchema.optional(),
  state: requestRowSchema.shape.state.optional(),
  outcome: identifierSchema.optional(),
  ...periodQuery,
};

/** Every route about the log. */
export const logRoutes: readonly ManagementRoute[] = [
  managementRoute({
    method: "get",
    path: "/api/logs",
    permission: "request:read",
    scope: "account",
    summary: "List calls",
    description:
      "Newest first: model, provider, each attempt with its error class, how it was routed, usage " +
      "with its evidence, hold and charge. `outcome` is `completed`, `client_gone` or an error code.",
    query: z.object({ ...filters, ...pageQuery, ...positionQuery }),
    result: listSchema(requestRowSchema),
    handle: ({ rooms, query, accountId }) =>
      rooms.list(requestRowSchema, "/v1/requests", { ...query, account: accountId }),
  }),
  managementRoute({
    method: "get",
    path: "/api/logs/summary",
    permission: "request:read",
    scope: "account",
    summary: "Sum calls up",
    description:
      "Over the last 24 hours unless `from` and `to` say otherwise, 92 days at most: requests, " +
      "usage, cost, latency, and how many calls each state, model, provider and error code has.",
    query: z.object({ ...filters, ...positionQuery }),
    result: itemSchema(requestSummarySchema),
    handle: ({ rooms, query, accountId }) =>
      rooms.item(requestSummarySchema, "/v1/requests/summary", { ...query, account: accountId }),
  }),
  managementRoute({
    method: "get",
    path: "/api/logs/{requestId}",
    permission: "request:read",
    scope: "account",
    summary: "Read a call",
    description: "One call of the log by its `x-request-id`.",
    query: z.object({ account: accountIdSchema.optional(), ...positionQuery }),
    result: itemSchema(requestRowSchema),
    handle({ rooms, query, accountId, params: { requestId = "" } }) {
      if (!requestIdSchema.safeParse(requestId).success) {
        throw refuse("not_found", `there is no call ${requestId}`, "requestId");
      }
      const asked = { ...query, account: accountId };
      return rooms.item(requestRowSchema, `/v1/requests/${requestId}`, asked);
    },
  }),
];
