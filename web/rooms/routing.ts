/** Providers, their keys, routers and aliases, as the ledger has them. @module */
import { z } from "zod";
import {
  type EdgeAlias,
  edgeAliasSchema,
  type EdgeProvider,
  edgeProviderKeySchema,
  edgeProviderSchema,
  edgeRouterSchema,
} from "../../shared/edge_config/mod.ts";
import { type JsonObject, toJsonValue } from "../../shared/json.ts";
import type { Principal } from "../../shared/permissions.ts";
import { type RouterDefinition, routerDefinitionSchema } from "../../shared/routing/mod.ts";
import { type CallContext, callRoom, refusal, RoomError } from "./call.ts";
import type { CommandOutcome, Sender } from "./sender.ts";

const providerKeySchema = edgeProviderKeySchema.omit({ envelope: true });
const routerSchema = edgeRouterSchema.extend({
  routerVersion: z.number().int().nullable(),
  definition: routerDefinitionSchema,
});

/** A provider's key: whose it is and what it is recognised by, never its secret. */
export type ProviderKey = z.output<typeof providerKeySchema>;

/** A router in force; `routerVersion` null: it is built in. */
export type Router = z.output<typeof routerSchema>;

/** Routing on behalf of one person; all of it throws RoomError when the ledger can't answer. */
export interface Routing {
  /** In the order of their newest changes, as the two that follow. */
  providers(): Promise<readonly EdgeProvider[]>;
  routers(): Promise<readonly Router[]>;
  aliases(): Promise<readonly EdgeAlias[]>;
  providerKeys(): Promise<readonly ProviderKey[]>;
  configureProvider(id: string, provider: string, body: JsonObject): Promise<CommandOutcome>;
  /** `body` has the secret, which is in no answer; see the ledger's route for its members. */
  storeKey(id: string, body: JsonObject): Promise<CommandOutcome>;
  removeKey(
    id: string,
    key: {
      readonly provider: string;
      readonly keyId: string;
      readonly reason: string;
    },
  ): Promise<CommandOutcome>;
  /** Refused when the router has another version by now; 0: it never was configured. */
  configureRouter(
    id: string,
    router: {
      readonly routerId: string;
      readonly definition: RouterDefinition;
      readonly expectedVersion: number | null;
    },
  ): Promise<CommandOutcome>;
  removeRouter(id: string, routerId: string, reason: string): Promise<CommandOutcome>;
  /** No models: the name is free again. */
  setAlias(id: string, alias: string, models: readonly string[]): Promise<CommandOutcome>;
}

/** Builds it. */
export function createRouting(
  context: CallContext,
  principal: Principal,
  send: Sender,
): Routing {
  async function list<T extends z.ZodType>(item: T, path: string): Promise<z.output<T>[]> {
    const answer = await callRoom(context, { room: "ledger", method: "GET", path, principal });
    if (answer.status !== 200) throw refusal("ledger", answer);
    const parsed = z.object({ items: z.array(item) }).safeParse(answer.body);
    if (parsed.success) return parsed.data.items;
    throw new RoomError("ledger", 200, `the ledger answered ${path} in a strange shape`, {
      cause: parsed.error,
    });
  }
  const put = (path: string, operationId: string, body: JsonObject) =>
    send(z.unknown(), { method: "PUT", path, operationId, body });
  const remove = (path: string, operationId: string, reason: string) =>
    send(z.unknown(), { method: "DELETE", path, operationId, query: { reason } });
  const router = (routerId: string) => `/v1/routers/${encodeURIComponent(routerId)}`;
  return {
    providers: () => list(edgeProviderSchema, "/v1/providers"),
    routers: () => list(routerSchema, "/v1/routers"),
    aliases: () => list(edgeAliasSchema, "/v1/model-aliases"),
    providerKeys: () => list(providerKeySchema, "/v1/provider-keys"),
    configureProvider: (id, provider, body) =>
      put(`/v1/providers/${encodeURIComponent(provider)}`, id, body),
    storeKey: (operationId, body) =>
      send(z.unknown(), { method: "POST", path: "/v1/provider-keys", operationId, body }),
    removeKey(id, { provider, keyId, reason }) {
      const key = `${encodeURIComponent(provider)}/${encodeURIComponent(keyId)}`;
      return remove(`/v1/provider-keys/${key}`, id, reason);
    },
    configureRouter(id, { routerId, definition, expectedVersion }) {
      const expected = expectedVersion === null ? {} : { expectedVersion };
      const body = { ...toJsonValue(definition) as JsonObject, ...expected };
      return put(router(routerId), id, body);
    },
    removeRouter: (id, routerId, reason) => remove(router(routerId), id, reason),
    setAlias: (id, alias, models) => put("/v1/model-aliases", id, { alias, models: [...models] }),
  };
}
