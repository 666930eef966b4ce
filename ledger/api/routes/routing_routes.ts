/** Providers, routers and aliases: facts of shard 0. @module */
import { z } from "zod";
import { type CommandOf, commandSchemas } from "../../../shared/commands/mod.ts";
import {
  edgeAliasSchema,
  edgeProviderSchema,
  edgeRouterSchema,
} from "../../../shared/edge_config/mod.ts";
import { providerSettings } from "../../../shared/events/mod.ts";
import { labelSchema } from "../../../shared/ids/mod.ts";
import type { JsonObject } from "../../../shared/json.ts";
import {
  BUILT_IN_ROUTERS,
  providerNameSchema,
  routerDefinitionSchema,
  routerIdSchema,
} from "../../../shared/routing/mod.ts";
import { type Answer, problem, success } from "../answer.ts";
import {
  acceptedSchema,
  answerOf,
  type ApiCall,
  type ApiContext,
  type ApiRoute,
  commandRoute,
  invalid,
  isUnreachable,
  unavailable,
} from "../route.ts";
import type { RoutingView } from "../routing_reader.ts";

type NameCommand = CommandOf<
  "ConfigureProvider" | "ConfigureRouter" | "RemoveRouter" | "SetModelAlias"
>;

async function send(command: NameCommand, call: ApiCall, context: ApiContext): Promise<Answer> {
  const { operationId, principal: { actor } } = call;
  return answerOf(await context.commands.toShard(0, { operationId, actor, command }));
}

const { expectedVersion } = commandSchemas.ConfigureRouter.shape;

/** A member that is absent stays absent. */
function expecting(version: number | undefined) {
  return version === undefined ? {} : { expectedVersion: version };
}

/** The name in the path, or the answer that it is none. */
function nameIn(call: ApiCall, param: string, schema: z.ZodType<string>): string | Answer {
  const name = schema.safeParse(call.params[param]);
  if (name.success) return name.data;
  const message = `${param} is not valid: ${name.error.issues[0]!.message}`;
  return problem("invalid_request", message, { param });
}

const configureProvider = commandRoute({
  method: "put",
  path: "/v1/providers/{provider}",
  permission: "provider:edit",
  summary: "Configure a provider",
  description:
    "The whole of it replaces what was configured under this name. `profile` names a built-in " +
    "provider, or `openai_compatible` with a base URL. With `expectedVersion` it is refused as a " +
    "conflict when the provider was changed since. Edges follow within a second.",
  body: z.object({ ...providerSettings, expectedVersion }),
  async send(settings, call, context) {
    const provider = nameIn(call, "provider", providerNameSchema);
    if (typeof provider !== "string") return provider;
    const body = { provider, ...settings };
    return await send({ type: "ConfigureProvider", body }, call, context);
  },
});

const configureRouter = commandRoute({
  method: "put",
  path: "/v1/routers/{routerId}",
  permission: "provider:edit",
  summary: "Configure a router",
  description:
    "Rules, the first of which that applies is used, and a fallback chain. A built-in router of " +
    "the same id is replaced. Keys name their router in their settings. With `expectedVersion` it " +
    "is refused as a conflict when the router was changed since; 0 expects that it never was.",
  body: routerDefinitionSchema.safeExtend({ expectedVersion }),
  async send({ expectedVersion, ...definition }, call, context) {
    const routerId = nameIn(call, "routerId", routerIdSchema);
    if (typeof routerId !== "string") return routerId;
    const body = { routerId, definition, ...expecting(expectedVersion) };
    return await send({ type: "ConfigureRouter", body }, call, context);
  },
});

const reasonSchema = z.object({ reason: labelSchema.default("Removed through the API") });

const removeRouter: ApiRoute = {
  method: "delete",
  path: "/v1/routers/{routerId}",
  permission: "provider:edit",
  summary: "Remove a router",
  description: "Takes away what was configured; a built-in router of this id holds again.",
  body: null,
  query: reasonSchema,
  result: acceptedSchema,
  status: 200,
  async handle(call, context) {
    const query = reasonSchema.safeParse(call.query);
    if (!query.success) return invalid(query.error);
    const routerId = nameIn(call, "routerId", routerIdSchema);
    if (typeof routerId !== "string") return routerId;
    const body = { routerId, reason: query.data.reason };
    return await send({ type: "RemoveRouter", body }, call, context);
  },
};

const setAlias = commandRoute({
  method: "put",
  path: "/v1/model-aliases",
  permission: "provider:edit",
  summary: "Set what a name stands for",
  description: "Models for sale, best first; without models the name is free again.",
  body: commandSchemas.SetModelAlias,
  send: (body, call, context) => send({ type: "SetModelAlias", body }, call, context),
});

/** A route that lists what is in force. */
function listRoute<Item>(
  what: { readonly path: string; readonly summary: string; readonly item: z.ZodType },
  items: (view: RoutingView) => readonly Item[],
): ApiRoute {
  return {
    method: "get",
    path: what.path,
    permission: "provider:read",
    summary: what.summary,
    description: "What is in force, in the order of its newest changes.",
    body: null,
    query: null,
    result: z.object({ items: z.array(what.item) }),
    status: 200,
    async handle(_call, { routing }) {
      const view = await routing.read();
      if (isUnreachable(view)) return unavailable(view);
      return success(200, { items: items(view) as unknown as readonly JsonObject[] });
    },
  };
}

const builtInSchema = edgeRouterSchema.extend({
  /** Null: built in. */
  routerVersion: z.number().int().nullable(),
});

/** The configured routers, and the built-in ones that none of them replaces. */
function routersOf({ routers }: RoutingView) {
  const builtIn = Array.from(BUILT_IN_ROUTERS, ([routerId, definition]) => ({
    routerId,
    routerVersion: null,
    definition,
  }));
  const replaced = new Set(routers.map(({ routerId }) => routerId));
  return [...builtIn.filter(({ routerId }) => !replaced.has(routerId)), ...routers];
}

/** Every route about providers, routers and aliases. */
export const routingRoutes: readonly ApiRoute[] = [
  listRoute(
    { path: "/v1/providers", summary: "List providers", item: edgeProviderSchema },
    ({ providers }) => providers,
  ),
  configureProvider,
  listRoute({ path: "/v1/routers", summary: "List routers", item: builtInSchema }, routersOf),
  configureRouter,
  removeRouter,
  listRoute(
    { path: "/v1/model-aliases", summary: "List aliases", item: edgeAliasSchema },
    ({ aliases }) => aliases,
  ),
  setAlias,
];
