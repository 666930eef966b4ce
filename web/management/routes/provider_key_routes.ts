/** The keys of providers: secrets go in and never come out. @module */
import { z } from "zod";
import { edgeProviderKeySchema } from "../../../shared/edge_config/mod.ts";
import { labelSchema } from "../../../shared/ids/mod.ts";
import {
  isOwnerOf,
  ownerIdSchema,
  PROVIDER_KEY_LEVELS,
  providerSecretSchema,
} from "../../../shared/routing/mod.ts";
import { namedPage } from "../named_page.ts";
import { changeSchema, type ManagementRoute, managementRoute, pageQuery } from "../route.ts";
import { listSchema } from "../schemas.ts";
import { providerIn } from "./provider_routes.ts";

const shownKeySchema = edgeProviderKeySchema.omit({ envelope: true })
  .extend({ masterKeyId: z.string() });

/** Every route about the keys of providers. */
export const providerKeyRoutes: readonly ManagementRoute[] = [
  managementRoute({
    method: "get",
    path: "/api/providers/{provider}/keys",
    permission: "provider:read",
    scope: "none",
    summary: "List a provider's keys",
    description:
      "Whose they are and the fingerprint that they are recognised by: the last four characters, " +
      "and the first digits of the SHA-256. `fingerprint` asks for one of them.",
    query: z.object({ ...pageQuery, fingerprint: z.string().max(8).optional() }),
    result: listSchema(shownKeySchema),
    async handle(call) {
      const name = providerIn(call);
      const { fingerprint: wanted } = call.query;
      const { items } = await call.rooms.ledger(
        z.object({ items: z.array(shownKeySchema) }),
        "/v1/provider-keys",
      );
      const rows = items.filter(({ provider, fingerprint: { last4, sha256Prefix } }) =>
        provider === name && (wanted === undefined || wanted === last4 || wanted === sha256Prefix)
      );
      return namedPage(rows, (row) => row.keyId, call.query);
    },
  }),
  managementRoute({
    method: "post",
    path: "/api/providers/{provider}/keys",
    permission: "provider:edit",
    scope: "none",
    summary: "Store a provider's key",
    description:
      "For a user (`<account>/<user>`), an organisation (its account), a tier (a plan's id) or the " +
      "whole system (null). The secret is sealed at once and shown by nothing again.",
    body: z.strictObject({
      level: z.enum(PROVIDER_KEY_LEVELS),
      ownerId: ownerIdSchema,
      secret: providerSecretSchema,
    }).refine(({ level, ownerId }) => isOwnerOf(level, ownerId), {
      path: ["ownerId"],
      error: "expected an owner of this level",
    }),
    result: changeSchema,
    status: 201,
    handle: (call) =>
      call.rooms.write({
        method: "POST",
        path: "/v1/provider-keys",
        body: { ...call.body, provider: providerIn(call) },
      }),
  }),
  managementRoute({
    method: "delete",
    path: "/api/providers/{provider}/keys/{keyId}",
    permission: "provider:edit",
    scope: "none",
    summary: "Remove a provider's key",
    description: "For good: every edge forgets it within a second. Calls in flight are finished.",
    query: z.object({ reason: labelSchema.optional() }),
    result: changeSchema,
    handle: (call) =>
      call.rooms.write({
        method: "DELETE",
        path: `/v1/provider-keys/${encodeURIComponent(providerIn(call))}/${
          encodeURIComponent(call.params.keyId ?? "")
        }`,
        query: call.query,
      }),
  }),
];
