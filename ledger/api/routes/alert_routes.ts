/** Alert rules and acknowledgements: facts of shard 0, whatever they are about. @module */
import { z } from "zod";
import { alertIdSchema, alertRuleIdSchema, alertRuleSchema } from "../../../shared/alerts/mod.ts";
import type { CommandOf } from "../../../shared/commands/mod.ts";
import { labelSchema } from "../../../shared/ids/mod.ts";
import { type Answer, problem } from "../answer.ts";
import {
  acceptedSchema,
  answerOf,
  type ApiCall,
  type ApiContext,
  type ApiRoute,
  commandRoute,
  invalid,
} from "../route.ts";

type AlertCommand = CommandOf<"SetAlertRule" | "RemoveAlertRule" | "AcknowledgeAlert">;

async function send(
  command: AlertCommand,
  call: ApiCall,
  { commands }: ApiContext,
  status: 200 | 201 = 200,
): Promise<Answer> {
  const { operationId, principal: { actor } } = call;
  return answerOf(await commands.toShard(0, { operationId, actor, command }), status);
}

function noSuch(what: "rule" | "alert", id: string): Answer {
  return problem("not_found", `there is no ${what} ${id}`, { param: `${what}Id` });
}

const setRule = commandRoute({
  method: "put",
  path: "/v1/alert-rules/{ruleId}",
  permission: "alert:edit",
  summary: "Set an alert rule",
  description:
    "Puts a whole rule in force, a default of the same id included. Amounts are decimal strings in " +
    "nanodollars or microkyat. The kind of a rule never changes; `enabled: false` silences it.",
  body: alertRuleSchema,
  async send(rule, call, context) {
    const ruleId = alertRuleIdSchema.safeParse(call.params.ruleId);
    if (!ruleId.success) {
      const message = `ruleId is not valid: ${ruleId.error.issues[0]!.message}`;
      return problem("invalid_request", message, { param: "ruleId" });
    }
    return await send({ type: "SetAlertRule", body: { ruleId: ruleId.data, rule } }, call, context);
  },
});

const removeQuerySchema = z.object({ reason: labelSchema.default("Removed through the API") });

const removeRule: ApiRoute = {
  method: "delete",
  path: "/v1/alert-rules/{ruleId}",
  permission: "alert:edit",
  summary: "Remove an alert rule",
  description: "Takes away what was set under this id; a default of the same id holds again.",
  body: null,
  query: removeQuerySchema,
  result: acceptedSchema,
  status: 200,
  async handle(call, context) {
    const query = removeQuerySchema.safeParse(call.query);
    if (!query.success) return invalid(query.error);
    const ruleId = alertRuleIdSchema.safeParse(call.params.ruleId);
    if (!ruleId.success) return noSuch("rule", call.params.ruleId ?? "");
    const body = { ruleId: ruleId.data, reason: query.data.reason };
    return await send({ type: "RemoveAlertRule", body }, call, context);
  },
};

const acknowledge = commandRoute({
  method: "post",
  path: "/v1/alerts/{alertId}/acknowledgements",
  permission: "alert:acknowledge",
  summary: "Acknowledge an alert",
  description:
    "Records that the caller has seen an alert, with a note or null. Alerts are computed by the " +
    "projections: an id that they do not know is recorded and changes nothing.",
  body: z.object({ note: labelSchema.nullable() }),
  status: 201,
  async send({ note }, call, context) {
    const alertId = alertIdSchema.safeParse(call.params.alertId);
    if (!alertId.success) return noSuch("alert", call.params.alertId ?? "");
    const body = { alertId: alertId.data, note };
    return await send({ type: "AcknowledgeAlert", body }, call, context, 201);
  },
});

/** Every route about alerts. */
export const alertRoutes: readonly ApiRoute[] = [setRule, removeRule, acknowledge];
