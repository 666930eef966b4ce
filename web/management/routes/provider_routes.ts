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

/** A provider: configured by an admin, or of the edges' own settings, which only edges know in full. */
const shownProviderSchema = z.object({
  origin: z.enum(["configured", "settings"]),
  provider: z.string(),
  /** This and the next members but `enabled` are null for one of the edges' settings. */
  providerVersion: z.number().int().nullable(),
  profile: z.string().nullable(),
  baseUrl: z.string().nullable(),
  enabled: z.boolean(),
  models: edgeProviderSchema.shape.models,
  priority: z.number().int().nullable(),
  /** Whether it is a simulator; null where no edge says. */
  simulated: z.boolean().nullable(),
});

type ShownProvider = z.output<typeof shownProviderSchema>;

/** All that is configured, and what the edges have besides; `edge` says whether one was asked. */
async function allProviders(
  call: Pick<ManagementCall, "rooms">,
): Promise<{ edge: "asked" | "unreachable"; rows: ShownProvider[] }> {
  const [known, upstreams] = await Promise.all([configured(call), call.rooms.edgeProviders()]);
  const simulated = new Map(upstreams?.map((each) => [each.name, each.simulated]));
  const names = new Set(known.map(({ provider }) => provider));
  const others = [...simulated.keys()].filter((name) => !names.has(name));
  const nothing = { providerVersion: null, profile: null, baseUrl: null, models: null };
  return {
    edge: upstreams === null ? "unreachable" : "asked",
    rows: [
      ...known.map((row) => ({
        origin: "configured" as const,
        ...row,
        simulated: simulated.get(row.provider) ?? null,
      })),
      ...others.map((provider) => ({
        origin: "settings" as const,
        provider,
        ...nothing,
        enabled: true,
        priority: null,
        simulated: simulated.get(provider) ?? null,
      })),
    ],
  };
}

async function configured({ rooms }: Pick<ManagementCall, "rooms">): Promise<EdgeProvider[]> {
  return (await rooms.ledger(itemsSchema, "/v1/providers")).items;
}

/** The configured provider in the path. Throws FailureError when it is not configured. */
async function providerOf(call: Pick<ManagementCall, "rooms" | "params">): Promise<EdgeProvider> {
  const name = providerIn(call);
  const known = (await configured(call)).find(({ provider }) => provider === name);
  return known ?? missing(name);
}

function missing(name: string): never {
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
    description:
      "By name: what is configured, and what the edges' own settings have besides (`edge` says " +
      "whether one could be asked). How they are doing is told by GET /api/status.",
    query: z.object(pageQuery),
    result: listSchema(shownProviderSchema).extend({ edge: z.enum(["asked", "unreachable"]) }),
    async handle(call) {
      const { edge, rows } = await allProviders(call);
      return { ...namedPage(rows, (row) => row.provider, call.query), edge };
    },
  }),
  managementRoute({
    method: "get",
    path: "/api/providers/{provider}",
    permission: "provider:read",
    scope: "none",
    summary: "Read a provider",
    description: "What is configured under this name, or that the edges' own settings have it.",
    result: z.object({ item: shownProviderSchema }),
    async handle(call) {
      const name = providerIn(call);
      const item = (await allProviders(call)).rows.find(({ provider }) => provider === name);
      return { item: item ?? missing(name) };
    },
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
