/** A customer's own keys at providers: calls with them cost a fee, not their tokens. @module */
import { z } from "zod";
import { accountIdSchema, identifierSchema } from "../../../shared/ids/mod.ts";
import {
  isOwnerOf,
  providerNameSchema,
  providerSecretSchema,
  userOwnerId,
} from "../../../shared/routing/mod.ts";
import { type Answer, problem, success } from "../answer.ts";
import { shownKey, shownKeySchema, storeKey } from "../provider_keys.ts";
import {
  type ApiCall,
  type ApiContext,
  type ApiRoute,
  commandRoute,
  isUnreachable,
  unavailable,
} from "../route.ts";
import { accountOf } from "./account_routes.ts";
import { removal, removeKey } from "./provider_key_routes.ts";

const ownKeyBodySchema = z.object({
  provider: providerNameSchema,
  /** The user whose key it is; null: the whole organisation's. */
  userId: identifierSchema.max(60).nullable(),
  secret: providerSecretSchema,
});

const storeOwnKey = commandRoute({
  method: "post",
  path: "/v1/accounts/{accountId}/provider-keys",
  permission: "own_key:edit",
  summary: "Store a provider's key of one's own",
  description:
    "For the organisation, or for one of its users, whose calls then use it first. The secret is " +
    "sealed at once and never shown again, by anything.",
  body: ownKeyBodySchema,
  status: 201,
  send: storeOwn,
});

async function storeOwn(
  { provider, userId, secret }: z.output<typeof ownKeyBodySchema>,
  call: ApiCall,
  context: ApiContext,
): Promise<Answer> {
  const accountId = accountOf(call);
  const level = userId === null ? "organisation" : "user";
  const ownerId = userId === null ? accountId : userOwnerId(accountId, userId);
  if (!isOwnerOf(level, ownerId)) {
    return problem("invalid_request", `userId is not valid: ${userId}`, { param: "userId" });
  }
  return await storeKey({ provider, level, ownerId, secret }, call, context);
}

const listOwnKeys: ApiRoute = {
  method: "get",
  path: "/v1/accounts/{accountId}/provider-keys",
  permission: "own_key:read",
  summary: "List providers' keys of one's own",
  description: "Those of the organisation and of its users; neither secret nor envelope.",
  body: null,
  query: null,
  result: z.object({ items: z.array(shownKeySchema) }),
  status: 200,
  async handle(call, { routing }) {
    const accountId = accountOf(call);
    const view = await routing.read();
    if (isUnreachable(view)) return unavailable(view);
    const own = view.providerKeys.filter(({ level, ownerId }) =>
      level === "organisation" ? ownerId === accountId : level === "user" &&
        accountIdSchema.safeParse(ownerId?.split("/")[0]).data === accountId
    );
    return success(200, { items: own.map(shownKey) });
  },
};

const removeOwnKey: ApiRoute = {
  ...removal,
  path: "/v1/accounts/{accountId}/provider-keys/{provider}/{keyId}",
  permission: "own_key:edit",
  handle: (call, context) => removeKey(call, context, { ownerId: accountOf(call) }),
};

/** Every route about a customer's own keys. */
export const ownKeyRoutes: readonly ApiRoute[] = [listOwnKeys, storeOwnKey, removeOwnKey];
