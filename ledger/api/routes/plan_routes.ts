/** Plans: published in every shard, assigned to accounts and keys, and how much of them is used. @module */
import { z } from "zod";
import { commandSchemas, limitsViewSchema } from "../../../shared/commands/mod.ts";
import { type Answer, problem, success } from "../answer.ts";
import {
  answerOf,
  type ApiCall,
  type ApiContext,
  type ApiRoute,
  commandRoute,
  isUnreachable,
  sendToAccount,
  unavailable,
} from "../route.ts";
import { accountOf } from "./account_routes.ts";
import { keyOf, noSuchKey } from "./key_routes.ts";
import { everywhereSchema, sendToAll } from "./price_routes.ts";

const publishPlan = commandRoute({
  method: "post",
  path: "/v1/plans",
  permission: "plan:publish",
  summary: "Publish a plan",
  description:
    "The whole plan; it takes the next version of its id. A limit of null is none. Who has an " +
    "earlier version keeps it until the plan is assigned again.",
  body: commandSchemas.PublishPlan,
  result: everywhereSchema,
  send: (body, call, context) => sendToAll({ type: "PublishPlan", body }, call, context),
});

const assignedSchema = commandSchemas.AssignPlan.pick({ planId: true });

async function assign(
  of: { readonly keyId: string | null; readonly planId: string | null },
  call: ApiCall,
  context: ApiContext,
): Promise<Answer> {
  const command = { type: "AssignPlan", body: { ...of, accountId: accountOf(call) } } as const;
  return answerOf(await sendToAccount(command, call, context));
}

const assignToAccount = commandRoute({
  method: "put",
  path: "/v1/accounts/{accountId}/plan",
  permission: "plan:assign",
  summary: "Assign a plan to an account",
  description:
    "Pins the newest version of the plan, in place of what the account had; a planId of null takes " +
    "it away. What was used of day and month stays counted.",
  body: assignedSchema,
  send: ({ planId }, call, context) => assign({ keyId: null, planId }, call, context),
});

const assignToKey = commandRoute({
  method: "put",
  path: "/v1/accounts/{accountId}/keys/{keyId}/plan",
  permission: "plan:assign",
  summary: "Assign a plan to an API key",
  description:
    "As for an account; the limits of the key and of its account both apply to each of its calls.",
  body: assignedSchema,
  async send({ planId }, call, context) {
    const keyId = keyOf(call);
    return keyId === null ? noSuchKey(call) : await assign({ keyId, planId }, call, context);
  },
});

const readLimits: ApiRoute = {
  method: "get",
  path: "/v1/accounts/{accountId}/limits",
  permission: "account:read",
  summary: "Read an account's limits",
  description:
    "The plans of the account and of its keys, and how much of each limit is used, as the ledger's " +
    "writer has it now: the figures by which the next call is decided.",
  body: null,
  query: null,
  result: z.object({ position: z.string(), result: limitsViewSchema }),
  status: 200,
  async handle(call, { commands }) {
    const limits = await commands.limits(accountOf(call));
    if (limits === null) {
      return problem("not_found", `there is no account ${accountOf(call)}`, { param: "accountId" });
    }
    if (isUnreachable(limits)) return unavailable(limits);
    return success(200, { position: limits.position, result: limits });
  },
};

/** Every route about plans and limits. */
export const planRoutes: readonly ApiRoute[] = [
  publishPlan,
  assignToAccount,
  assignToKey,
  readLimits,
];
