/** Providers: what is configured, and whether they may be called. @module */
import { z } from "zod";
import { commandSchemas } from "../../../shared/commands/mod.ts";
import { type EdgeProvider, edgeProviderSchema } from "../../../shared/edge_config/mod.ts";
import type { JsonObject } from "../../../shared/json.ts";
import { providerNameSchema } from "../../../shared/routing/mod.ts";
import { refuse } from "../answer.ts";
import { namedPage } from "../named_page.ts";
import {
  changeSchema,
  type ManagementCall,
  type ManagementRoute,
  managementRoute,
  pageQuery,
} from "../route.ts";
import { listSchema } from "../schemas.ts";

const itemsSchema = z.object({ items: z.array(edgeProviderSchema) });

async function configured({ rooms }: Pick<ManagementCall, "rooms">): Promise<EdgeProvider[]> {
  return (await rooms.ledger(itemsSchema, "/v1/providers")).items;
}

/** The provider in the path. Throws FailureError when it is not configured. */
async function providerOf(call: Pick<ManagementCall, "rooms" | "params">): Promise<EdgeProvider> {
  const name = providerIn(call);
  const known = (await configured(call)).find(({ provider }) => provider === name);
  if (known !== undefined) return known;
  const message =
    `the provider ${name} is not configured; PUT /api/providers/${name} configures it`;
  throw refuse("not_found", message, "provider");
}

/** The name in the path. Throws FailureError when it can be none. */
export function providerIn({ params }: Pick<ManagementCall, "params">): string {
  const name = providerNameSchema.safeParse(params.provider);
  if (name.success) return name.data;
  throw refuse("not_found", `there is no provider ${params.provider}`, "provider");
}

const configureBody = commandSchemas.ConfigureProvider.omit({ provider: true });

async function configure(
  call: Pick<ManagementCall, "rooms">,
  provider: string,
  body: z.output<typeof configureBody>,
): Promise<JsonObject> {
  const path = `/v1/providers/${encodeURIComponent(provider)}`;
  return await call.rooms.write({ method: "PUT", path, body: { ...body } });
}

/** A route that switches a provider on or off, and changes nothing else about it. */
function switchRoute(action: "enable" | "disable"): ManagementRoute {
  const enabled = action === "enable";
  return managementRoute({
    method: "post",
    path: `/api/providers/{provider}/${action}`,
    permission: "provider:edit",
    scope: "none",
    summary: enabled ? "Enable a provider" : "Disable a provider",
    description: enabled
      ? "Calls may go to it again within a second. Repeating it changes nothing."
      : "No more calls go to it within a second; calls in flight are finished. Repeating it " +
        "changes nothing.",
    result: changeSchema,
    async handle(call) {
      const { provider, providerVersion, ...settings } = await providerOf(call);
      if (settings.enabled === enabled) {
        return { position: null, result: { provider, providerVersion } };
      }
      const expectedVersion = providerVersion;
      return await configure(call, provider, { ...settings, enabled, expectedVersion });
    },
  });
}

/** Every route about providers. */
export const providerRoutes: readonly ManagementRoute[] = [
  managementRoute({
    method: "get",
    path: "/api/providers",
    permission: "provider:read",
    scope: "none",
    summary: "List providers",
    description: "What is configured, by name. How they are doing is told by GET /api/status.",
    query: z.object(pageQuery),
    result: listSchema(edgeProviderSchema),
    handle: async (call) => namedPage(await configured(call), (row) => row.provider, call.query),
  }),
  managementRoute({
    method: "get",
    path: "/api/providers/{provider}",
    permission: "provider:read",
    scope: "none",
    summary: "Read a provider",
    description: "What is configured under this name.",
    result: z.object({ item: edgeProviderSchema }),
    handle: async (call) => ({ item: await providerOf(call) }),
  }),
  managementRoute({
    method: "put",
    path: "/api/providers/{provider}",
    permission: "provider:edit",
    scope: "none",
    summary: "Configure a provider",
    description:
      "The whole of it replaces what was configured. `profile` names a built-in provider, or " +
      "`openai_compatible` with a `baseUrl`. With `expectedVersion` it is refused as a conflict " +
      "when somebody changed it meanwhile; 0 expects that it never was.",
    body: configureBody,
    result: changeSchema,
    handle: (call) => configure(call, providerIn(call), call.body),
  }),
  switchRoute("enable"),
  switchRoute("disable"),
];
