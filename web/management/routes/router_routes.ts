/** Routers: where calls may go. @module */
import { z } from "zod";
import { commandSchemas } from "../../../shared/commands/mod.ts";
import type { JsonObject } from "../../../shared/json.ts";
import {
  type RouterDefinition,
  routerDefinitionSchema,
  routerIdSchema,
} from "../../../shared/routing/mod.ts";
import { refuse } from "../answer.ts";
import { namedPage } from "../named_page.ts";
import {
  changeSchema,
  type ManagementCall,
  type ManagementRoute,
  managementRoute,
  pageQuery,
} from "../route.ts";
import { labelSchema } from "../../../shared/ids/mod.ts";
import { listSchema } from "../schemas.ts";

/** A router in force. */
export const shownRouterSchema = z.object({
  routerId: routerIdSchema,
  /** Null: built in. */
  routerVersion: z.number().int().nullable(),
  definition: routerDefinitionSchema,
});

/** See {@link shownRouterSchema}. */
export type ShownRouter = z.output<typeof shownRouterSchema>;

const { expectedVersion } = commandSchemas.ConfigureRouter.shape;

async function inForce({ rooms }: Pick<ManagementCall, "rooms">): Promise<ShownRouter[]> {
  const answer = z.object({ items: z.array(shownRouterSchema) });
  return (await rooms.ledger(answer, "/v1/routers")).items;
}

/** The router in the path. Throws FailureError when there is none. */
export async function routerOf(
  call: Pick<ManagementCall, "rooms" | "params">,
): Promise<ShownRouter> {
  const { routerId = "" } = call.params;
  const known = (await inForce(call)).find((router) => router.routerId === routerId);
  if (known !== undefined) return known;
  throw refuse("not_found", `there is no router ${routerId}`, "routerId");
}

/** Configures a router; `version` is the one that was read, null or absent: whichever it is. */
export async function configureRouter(
  { rooms }: Pick<ManagementCall, "rooms">,
  routerId: string,
  { definition, version }: { definition: RouterDefinition; version?: number | null | undefined },
): Promise<JsonObject> {
  const expected = version === null || version === undefined ? {} : { expectedVersion: version };
  const body = { ...definition, ...expected } as unknown as JsonObject;
  return await rooms.write({ method: "PUT", path: pathOf(routerId), body });
}

function pathOf(routerId: string): string {
  return `/v1/routers/${encodeURIComponent(routerId)}`;
}

/** Every route about whole routers. */
export const routerRoutes: readonly ManagementRoute[] = [
  managementRoute({
    method: "get",
    path: "/api/routers",
    permission: "provider:read",
    scope: "none",
    summary: "List routers",
    description: "Those in force by id, the built-in ones included.",
    query: z.object(pageQuery),
    result: listSchema(shownRouterSchema),
    handle: async (call) => namedPage(await inForce(call), (row) => row.routerId, call.query),
  }),
  managementRoute({
    method: "get",
    path: "/api/routers/{routerId}",
    permission: "provider:read",
    scope: "none",
    summary: "Read a router",
    description: "Its rules and its fallback chain.",
    result: z.object({ item: shownRouterSchema }),
    handle: async (call) => ({ item: await routerOf(call) as unknown as JsonObject }),
  }),
  managementRoute({
    method: "put",
    path: "/api/routers/{routerId}",
    permission: "provider:edit",
    scope: "none",
    summary: "Configure a router",
    description:
      "Rules, the first of which that applies is used, and a fallback chain. A built-in router of " +
      "the same id is replaced. With `expectedVersion` it is refused as a conflict when somebody " +
      "changed it meanwhile; 0 expects that it never was. Keys name their router in their settings.",
    body: routerDefinitionSchema.safeExtend({ expectedVersion }),
    result: changeSchema,
    handle(call) {
      const { expectedVersion: version, ...definition } = call.body;
      return configureRouter(call, call.params.routerId ?? "", { definition, version });
    },
  }),
  managementRoute({
    method: "delete",
    path: "/api/routers/{routerId}",
    permission: "provider:edit",
    scope: "none",
    summary: "Remove a router",
    description: "Takes away what was configured; a built-in router of this id holds again.",
    query: z.object({ reason: labelSchema.optional() }),
    result: changeSchema,
    handle: (call) =>
      call.rooms.write({
        method: "DELETE",
        path: pathOf(call.params.routerId ?? ""),
        query: call.query,
      }),
  }),
];
