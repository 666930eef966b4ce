/** API keys: issued with a secret that is shown once, and revoked. @module */
import { z } from "zod";
import { commandSchemas } from "../../../shared/commands/mod.ts";
import { identifierSchema, labelSchema, shardOf } from "../../../shared/ids/mod.ts";
import { type Answer, problem, rejected, success } from "../answer.ts";
import {
  acceptedSchema,
  answerOf,
  type ApiCall,
  type ApiContext,
  type ApiRoute,
  commandRoute,
  invalid,
  sendToAccount,
} from "../route.ts";
import { accountOf } from "./account_routes.ts";

const issueBodySchema = commandSchemas.IssueKey.pick({
  label: true,
  expiresAtMs: true,
  teamId: true,
  userId: true,
});

const issuedSchema = z.object({
  position: z.string(),
  result: z.object({
    keyId: identifierSchema,
    /** The whole key; null when this repeats an earlier call, whose answer alone carried it. */
    secret: z.string().nullable(),
    prefix: z.string(),
    label: z.string(),
    expiresAtMs: z.number().int().nullable(),
    message: z.string(),
  }),
});

const issueKey = commandRoute({
  method: "post",
  path: "/v1/accounts/{accountId}/keys",
  permission: "key:issue",
  summary: "Issue an API key",
  description:
    "The answer shows the secret, once: only its hash is kept. Repeating the call with the same " +
    "Idempotency-Key names the key again, without its secret.",
  body: issueBodySchema,
  status: 201,
  result: issuedSchema,
  send: issue,
});

async function issue(
  body: z.output<typeof issueBodySchema>,
  call: ApiCall,
  context: ApiContext,
): Promise<Answer> {
  const accountId = accountOf(call);
  const key = context.makeKey();
  const keyId = `key-${context.makeId()}`;
  const issued = {
    accountId,
    keyId,
    keyHash: key.hash,
    prefix: key.prefix,
    ...body,
  };
  const reply = await sendToAccount({ type: "IssueKey", body: issued }, call, context);
  if (reply.status === "accepted") {
    return success(201, {
      position: reply.position,
      result: {
        ...body,
        keyId,
        secret: key.secret,
        prefix: key.prefix,
        message: "Keep the secret now: it is not shown again.",
      },
    });
  }
  // Each try makes a new secret, so a repetition always comes as another body.
  if (reply.status === "rejected" && reply.rejection.code === "operation_conflict") {
    return await earlierIssue(body, call, context) ?? rejected(reply.rejection);
  }
  return answerOf(reply, 201);
}

/** The answer to a repeated issue; null when the id was used for something else. */
async function earlierIssue(
  body: z.output<typeof issueBodySchema>,
  call: ApiCall,
  context: ApiContext,
): Promise<Answer | null> {
  const accountId = accountOf(call);
  const shard = shardOf(accountId, context.commands.shards);
  const earlier = await context.outcomes.issuedKey(shard, call.operationId);
  if (earlier === null) return null;
  if (earlier.status === "rejected") return rejected(earlier.rejection);
  const { payload } = earlier;
  const same = payload.accountId === accountId && payload.label === body.label &&
    payload.expiresAtMs === body.expiresAtMs && payload.teamId === body.teamId &&
    payload.userId === body.userId;
  if (!same) return null;
  return success(201, {
    position: earlier.position,
    result: {
      ...body,
      keyId: payload.keyId,
      secret: null,
      prefix: payload.prefix,
      message: "This key was issued by an earlier call with the same Idempotency-Key; its secret " +
        "was shown then and is not kept. If it was lost, revoke this key and issue another.",
    },
  });
}

const configureKey = commandRoute({
  method: "put",
  path: "/v1/accounts/{accountId}/keys/{keyId}/settings",
  permission: "key:configure",
  summary: "Configure an API key",
  description:
    "Replaces all settings of a key: its label, when it ends, which models it may call (names, or " +
    "provider/* for all of a provider), which addresses calls may come from (CIDR), its router and " +
    "its tags. Every edge has them within a second.",
  body: commandSchemas.ConfigureKey.omit({ accountId: true, keyId: true }),
  async send(body, call, context) {
    const keyId = keyOf(call);
    if (keyId === null) return noSuchKey(call);
    const command = {
      type: "ConfigureKey",
      body: { ...body, accountId: accountOf(call), keyId },
    } as const;
    return answerOf(await sendToAccount(command, call, context));
  },
});

/** The key in the path, or null when it cannot be one. */
export function keyOf(call: ApiCall): string | null {
  return identifierSchema.safeParse(call.params.keyId).data ?? null;
}

/** The answer about a key in the path that there cannot be. */
export function noSuchKey(call: ApiCall): Answer {
  return problem("not_found", `there is no key ${call.params.keyId}`, { param: "keyId" });
}

const revokeQuerySchema = z.object({ reason: labelSchema.default("Revoked through the API") });

const revokeKey: ApiRoute = {
  method: "delete",
  path: "/v1/accounts/{accountId}/keys/{keyId}",
  permission: "key:revoke",
  summary: "Revoke an API key",
  description: "Every edge refuses the key within a second; calls in flight are finished.",
  body: null,
  query: revokeQuerySchema,
  result: acceptedSchema,
  status: 200,
  async handle(call, context) {
    const query = revokeQuerySchema.safeParse(call.query);
    if (!query.success) return invalid(query.error);
    const keyId = keyOf(call);
    if (keyId === null) return noSuchKey(call);
    const body = { accountId: accountOf(call), keyId, reason: query.data.reason };
    return answerOf(await sendToAccount({ type: "RevokeKey", body }, call, context));
  },
};

/** Every route about keys. */
export const keyRoutes: readonly ApiRoute[] = [issueKey, configureKey, revokeKey];
