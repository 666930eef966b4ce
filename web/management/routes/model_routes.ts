/** Models for sale, and how calls of them went. @module */
import { z } from "zod";
import { accountIdSchema, identifierSchema } from "../../../shared/ids/mod.ts";
import { MODEL_KINDS } from "../../../shared/models/mod.ts";
import { priceRowSchema, requestSummarySchema } from "../../../shared/read_api/mod.ts";
import { itemSchema } from "../../../shared/read_api/mod.ts";
import type { JsonValue } from "../../../shared/json.ts";
import { refuse } from "../answer.ts";
import { type ManagementRoute, managementRoute, pageQuery, positionQuery } from "../route.ts";
import { listSchema } from "../schemas.ts";
import { periodQuery } from "./log_routes.ts";

/** Every route about models. */
export const modelRoutes: readonly ManagementRoute[] = [
  managementRoute({
    method: "get",
    path: "/api/models",
    permission: "catalog:read",
    scope: "none",
    summary: "List models",
    description:
      "The newest price of each model by name, those withdrawn included: rates in picodollars per " +
      "unit, tiers, context window, modalities, capabilities. `text` is a part of a name.",
    query: z.object({
      ...pageQuery,
      ...positionQuery,
      provider: identifierSchema.optional(),
      kind: z.enum(MODEL_KINDS).optional(),
      text: z.string().min(1).max(128).optional(),
    }),
    result: listSchema(priceRowSchema),
    handle: ({ rooms, query }) => rooms.list(priceRowSchema, "/v1/prices", query),
  }),
  // Before the model alone, whose name may end in anything.
  managementRoute({
    method: "get",
    path: "/api/models/{model}/stats",
    permission: "request:read",
    scope: "account",
    summary: "Read a model's statistics",
    description:
      "Its calls of a time (the last 24 hours unless told): requests, tokens by class, cost and " +
      "charge, latency with p50 and p95, providers, and failures by error code.",
    query: z.object({ account: accountIdSchema.optional(), ...periodQuery, ...positionQuery }),
    result: itemSchema(requestSummarySchema),
    handle: ({ rooms, query, params, accountId }) =>
      rooms.item(requestSummarySchema, "/v1/requests/summary", {
        ...query,
        account: accountId,
        model: modelIn(params),
      }),
  }),
  managementRoute({
    method: "get",
    path: "/api/models/{model}",
    permission: "catalog:read",
    scope: "none",
    summary: "Read a model",
    description: "Its newest price. Slashes in its name need no encoding.",
    query: z.object(positionQuery),
    result: itemSchema(priceRowSchema),
    async handle({ rooms, params, query }) {
      const model = modelIn(params);
      const page = await rooms.list(priceRowSchema, "/v1/prices", { ...query, model, limit: "1" });
      const [item] = page.items as readonly JsonValue[];
      if (item === undefined) throw refuse("not_found", `there is no model ${model}`, "model");
      return { position: page.position, item };
    },
  }),
];

function modelIn({ model = "" }: Readonly<Record<string, string>>): string {
  if (identifierSchema.safeParse(model).success) return model;
  throw refuse("not_found", `there is no model ${model}`, "model");
}
