/** How the gateway is doing, and who is asking. @module */
import { z } from "zod";
import { gatewayStatusSchema, itemSchema } from "../../../shared/read_api/mod.ts";
import { ROLES } from "../../../shared/permissions.ts";
import { type ManagementRoute, managementRoute } from "../route.ts";

/** Every route about the gateway itself. */
export const statusRoutes: readonly ManagementRoute[] = [
  managementRoute({
    method: "get",
    path: "/api/status",
    permission: "provider:read",
    scope: "none",
    summary: "Read the gateway's status",
    description:
      "Health of providers, models and keys as edges tell it, with its age (`silent` when none is " +
      "heard); attempts and failures by provider; fallbacks; requests and latency over time; who " +
      "served in the end. `minutes` up to now: 1 to 1440, 60 unless told.",
    query: z.object({
      minutes: z.string().regex(/^\d{1,4}$/, "expected 1 to 1440 minutes").optional(),
    }),
    result: itemSchema(gatewayStatusSchema),
    handle: ({ rooms, query }) => rooms.item(gatewayStatusSchema, "/v1/status", query),
  }),
  managementRoute({
    method: "get",
    path: "/api/session",
    permission: null,
    scope: "none",
    summary: "Read who is calling",
    description:
      "Actor, role and account. For a signed-in browser also the `csrfToken` that each of its " +
      "writes sends as `x-csrf-token`.",
    result: z.object({
      actor: z.string(),
      role: z.enum(ROLES),
      accountId: z.string().nullable(),
      csrfToken: z.string().nullable(),
    }),
    handle: ({ principal: { actor, role, accountId }, csrfToken }) =>
      Promise.resolve({ actor, role, accountId, csrfToken }),
  }),
];
