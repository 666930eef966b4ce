/** Plans, and who has them. @module */
import { z } from "zod";
import { commandSchemas } from "../../../shared/commands/mod.ts";
import { accountIdSchema, identifierSchema } from "../../../shared/ids/mod.ts";
import { type JsonObject, toJsonValue } from "../../../shared/json.ts";
import { planAssignmentRowSchema, planRowSchema } from "../../../shared/read_api/mod.ts";
import {
  changeSchema,
  type ManagementRoute,
  managementRoute,
  pageQuery,
  positionQuery,
} from "../route.ts";
import { listSchema } from "../schemas.ts";

/** Every route about plans. */
export const planRoutes: readonly ManagementRoute[] = [
  managementRoute({
    method: "get",
    path: "/api/plans",
    permission: "catalog:read",
    scope: "none",
    summary: "List plans",
    description: "The newest version of each plan, by its id. A limit of null is none.",
    query: z.object({ ...pageQuery, ...positionQuery }),
    result: listSchema(planRowSchema),
    handle: ({ rooms, query }) => rooms.list(planRowSchema, "/v1/plans", query),
  }),
  managementRoute({
    method: "post",
    path: "/api/plans",
    permission: "plan:publish",
    scope: "none",
    summary: "Publish a plan",
    description:
      "The whole plan; it takes the next version of its id. Who has an earlier version keeps it " +
      "until the plan is assigned again. The monthly price is in nanodollars.",
    body: commandSchemas.PublishPlan,
    result: changeSchema,
    handle: ({ rooms, body }) =>
      rooms.write({ method: "POST", path: "/v1/plans", body: toJsonValue(body) as JsonObject }),
  }),
  managementRoute({
    method: "get",
    path: "/api/plans/{planId}/assignments",
    permission: "ledger:read",
    scope: "none",
    summary: "List who has a plan",
    description:
      "Accounts, and single keys of accounts, with the version that was pinned for them.",
    query: z.object({ ...pageQuery, ...positionQuery }),
    result: listSchema(planAssignmentRowSchema),
    handle: ({ rooms, query, params: { planId = "" } }) =>
      rooms.list(
        planAssignmentRowSchema,
        `/v1/plans/${encodeURIComponent(planId)}/assignments`,
        query,
      ),
  }),
  managementRoute({
    method: "put",
    path: "/api/plans/assignments",
    permission: "plan:assign",
    scope: "none",
    summary: "Assign a plan",
    description:
      "Pins the newest version of a plan for an account, or for one of its keys; a `planId` of null " +
      "takes the plan away. What was used of day and month stays counted.",
    body: z.strictObject({
      accountId: accountIdSchema,
      keyId: identifierSchema.nullable().default(null),
      planId: identifierSchema.nullable(),
    }),
    result: changeSchema,
    handle({ rooms, body: { accountId, keyId, planId } }) {
      const of = `/v1/accounts/${accountId}`;
      const path = keyId === null ? `${of}/plan` : `${of}/keys/${encodeURIComponent(keyId)}/plan`;
      return rooms.write({ method: "PUT", path, body: { planId } });
    },
  }),
];
