/** API keys. @module */
import { z } from "zod";
import { commandSchemas } from "../../../shared/commands/mod.ts";
import { accountIdSchema, identifierSchema, labelSchema } from "../../../shared/ids/mod.ts";
import { keyRowSchema } from "../../../shared/read_api/mod.ts";
import { refuse } from "../answer.ts";
import {
  changeSchema,
  type ManagementCall,
  type ManagementRoute,
  managementRoute,
  pageQuery,
  positionQuery,
} from "../route.ts";
import { listSchema } from "../schemas.ts";

const ofAccount = { account: accountIdSchema.optional() };

/** Where a key is at the ledger. Throws FailureError when no account is named. */
function keyPath({ accountId, params: { keyId = "" } }: ManagementCall): string {
  if (accountId === null) {
    throw refuse("invalid_request", "account is needed: whose key it is", "account");
  }
  if (!identifierSchema.safeParse(keyId).success) {
    throw refuse("not_found", `there is no key ${keyId}`, "keyId");
  }
  return `/v1/accounts/${accountId}/keys/${encodeURIComponent(keyId)}`;
}

const issuedSchema = z.object({
  position: z.string(),
  result: z.object({
    keyId: z.string(),
    /** The whole key, in this answer only; null when the call repeats an earlier one. */
    secret: z.string().nullable(),
    prefix: z.string(),
    message: z.string(),
  }),
});

const issueBody = commandSchemas.IssueKey
  .pick({ label: true, teamId: true, userId: true })
  .extend({
    accountId: accountIdSchema.optional(),
    expiresAtMs: commandSchemas.IssueKey.shape.expiresAtMs.default(null),
  }).strict();

/** Every route about API keys. */
export const keyRoutes: readonly ManagementRoute[] = [
  managementRoute({
    method: "get",
    path: "/api/keys",
    permission: "key:read",
    scope: "account",
    summary: "List API keys",
    description: "By account and key, with their settings; never a secret or a hash.",
    query: z.object({ ...ofAccount, ...pageQuery, ...positionQuery }),
    result: listSchema(keyRowSchema),
    handle: ({ rooms, query, accountId }) =>
      rooms.list(keyRowSchema, "/v1/keys", { ...query, account: accountId }),
  }),
  managementRoute({
    method: "post",
    path: "/api/keys",
    permission: "key:issue",
    scope: "account",
    summary: "Issue an API key",
    description:
      "The answer shows the secret, once: only its hash is kept. `accountId` may be left out by " +
      "those who act on one account only. Limits and routers are set by its settings and plans.",
    query: z.object(ofAccount),
    body: issueBody,
    result: issuedSchema,
    status: 201,
    handle(call) {
      const { accountId: named, ...body } = call.body;
      const accountId = named ?? call.accountId;
      if (accountId === null) {
        throw refuse("invalid_request", "accountId is needed: whose key it is to be", "accountId");
      }
      const path = `/v1/accounts/${accountId}/keys`;
      return call.rooms.write({ method: "POST", path, body }, issuedSchema.shape.result);
    },
  }),
  managementRoute({
    method: "put",
    path: "/api/keys/{keyId}/settings",
    permission: "key:configure",
    scope: "account",
    summary: "Configure an API key",
    description:
      "Replaces all of its settings: label, expiry, the models it may call, the addresses calls may " +
      "come from (CIDR), its router and its tags. Every edge has them within a second.",
    query: z.object(ofAccount),
    body: commandSchemas.ConfigureKey.omit({ accountId: true, keyId: true }).strict(),
    result: changeSchema,
    handle: (call) =>
      call.rooms.write({
        method: "PUT",
        path: `${keyPath(call)}/settings`,
        body: { ...call.body },
      }),
  }),
  managementRoute({
    method: "delete",
    path: "/api/keys/{keyId}",
    permission: "key:revoke",
    scope: "account",
    summary: "Revoke an API key",
    description: "Every edge refuses the key within a second; calls in flight are finished.",
    query: z.object({ ...ofAccount, reason: labelSchema.optional() }),
    result: changeSchema,
    handle: (call) =>
      call.rooms.write({
        method: "DELETE",
        path: keyPath(call),
        query: { reason: call.query.reason },
      }),
  }),
];
