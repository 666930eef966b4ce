/** The keys of providers, as those who run the deployment see them. @module */
import { z } from "zod";
import { labelSchema } from "../../../shared/ids/mod.ts";
import {
  isOwnerOf,
  ownerIdSchema,
  PROVIDER_KEY_LEVELS,
  providerNameSchema,
  providerSecretSchema,
} from "../../../shared/routing/mod.ts";
import { type Answer, problem, success } from "../answer.ts";
import {
  rotateKeys,
  rotationSchema,
  shownKey,
  shownKeySchema,
  storeKey,
} from "../provider_keys.ts";
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

const storeProviderKey = commandRoute({
  method: "post",
  path: "/v1/provider-keys",
  permission: "provider:edit",
  summary: "Store a provider's key",
  description:
    "For a user (`<account>/<user>`), an organisation (its account), a tier (the id of its plan) " +
    "or the whole system (null). The secret is sealed at once and never shown again, by anything.",
  body: z.object({
    provider: providerNameSchema,
    level: z.enum(PROVIDER_KEY_LEVELS),
    ownerId: ownerIdSchema,
    secret: providerSecretSchema,
  }).refine(({ level, ownerId }) => isOwnerOf(level, ownerId), {
    path: ["ownerId"],
    error: "expected an owner of this level",
  }),
  status: 201,
  send: storeKey,
});

const listProviderKeys: ApiRoute = {
  method: "get",
  path: "/v1/provider-keys",
  permission: "provider:read",
  summary: "List providers' keys",
  description: "Whose they are and what they are recognised by; neither secret nor envelope.",
  body: null,
  query: null,
  result: z.object({ items: z.array(shownKeySchema) }),
  status: 200,
  async handle(_call, { routing }) {
    const view = await routing.read();
    if (isUnreachable(view)) return unavailable(view);
    return success(200, { items: view.providerKeys.map(shownKey) });
  },
};

const reasonSchema = z.object({ reason: labelSchema.default("Removed through the API") });

/** What removing a key takes and answers; `ownerId` is whose keys may be removed, absent: all. */
export async function removeKey(
  call: ApiCall,
  context: ApiContext,
  owner: { readonly ownerId?: string } = {},
): Promise<Answer> {
  const query = reasonSchema.safeParse(call.query);
  if (!query.success) return invalid(query.error);
  const provider = providerNameSchema.safeParse(call.params.provider);
  const keyId = call.params.keyId ?? "";
  if (!provider.success || !/^[A-Za-z0-9][A-Za-z0-9._:/@-]{0,127}$/.test(keyId)) {
    return problem("not_found", `there is no provider key ${keyId}`, { param: "keyId" });
  }
  const body = { provider: provider.data, keyId, ...owner, reason: query.data.reason };
  const { operationId, principal: { actor } } = call;
  const command = { type: "RemoveProviderKey", body } as const;
  return answerOf(await context.commands.toShard(0, { operationId, actor, command }));
}

/** What both routes that remove a key have in common. */
export const removal = {
  method: "delete",
  summary: "Remove a provider's key",
  description: "For good: every edge forgets it within a second. Calls in flight are finished.",
  body: null,
  query: reasonSchema,
  result: acceptedSchema,
  status: 200,
} as const;

const removeProviderKey: ApiRoute = {
  ...removal,
  path: "/v1/provider-keys/{provider}/{keyId}",
  permission: "provider:edit",
  handle: (call, context) => removeKey(call, context),
};

const rotateProviderKeys: ApiRoute = {
  method: "post",
  path: "/v1/provider-key-rotations",
  permission: "provider:edit",
  summary: "Wrap providers' keys by the newest master key",
  description:
    "At most 1,000 keys a call, each as an event; call again while `remaining` is more than 0. " +
    "Afterwards the former master keys may be taken out of SARGALAY_MASTER_KEYS everywhere.",
  body: null,
  query: null,
  result: rotationSchema,
  status: 200,
  handle: rotateKeys,
};

/** Every route about providers' keys for those who run the deployment. */
export const providerKeyRoutes: readonly ApiRoute[] = [
  listProviderKeys,
  storeProviderKey,
  removeProviderKey,
  rotateProviderKeys,
];
