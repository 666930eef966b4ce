/** The rules of a router, one by one or all at once. @module */
import { z } from "zod";
import { commandSchemas } from "../../../shared/commands/mod.ts";
import type { JsonObject, JsonValue } from "../../../shared/json.ts";
import {
  MAXIMUM_RULES,
  type RouterDefinition,
  routerDefinitionSchema,
  type RouterRule,
  routerRuleSchema,
} from "../../../shared/routing/mod.ts";
import { refuse, unfit } from "../answer.ts";
import {
  changeSchema,
  type ManagementCall,
  type ManagementRoute,
  managementRoute,
} from "../route.ts";
import { configureRouter, routerOf, type ShownRouter } from "./router_routes.ts";

const rulesSchema = z.array(routerRuleSchema).max(MAXIMUM_RULES);
const ruleBody = routerRuleSchema.omit({ name: true }).extend({
  /** Where it is to stand, from 0; absent: where it stands, or for a new one at the end. */
  index: z.number().int().min(0).max(MAXIMUM_RULES).optional(),
});

/** Writes a router with other rules, unless they are those that it has. */
async function writeRules(
  call: Pick<ManagementCall, "rooms">,
  { routerId, routerVersion, definition }: ShownRouter,
  rules: readonly RouterRule[],
): Promise<JsonObject> {
  const next: RouterDefinition = { ...definition, rules: [...rules] };
  if (JSON.stringify(next.rules) === JSON.stringify(definition.rules)) {
    return { position: null, result: { routerId, routerVersion } };
  }
  const checked = routerDefinitionSchema.safeParse(next);
  if (!checked.success) throw unfit(checked.error);
  return await configureRouter(call, routerId, { definition: next, version: routerVersion });
}

/** Where the rule of the path stands; -1 when there is none. Throws FailureError for a shared name. */
function indexOf({ definition: { rules } }: ShownRouter, name: string): number {
  if (rules.filter((rule) => rule.name === name).length > 1) {
    throw refuse("conflict", `several rules are named ${name}: write all of them at once`, "rule");
  }
  return rules.findIndex((rule) => rule.name === name);
}

const ofRules = { permission: "provider:edit", scope: "none", result: changeSchema } as const;

/** Every route about rules. */
export const routerRuleRoutes: readonly ManagementRoute[] = [
  managementRoute({
    method: "get",
    path: "/api/routers/{routerId}/rules",
    permission: "provider:read",
    scope: "none",
    summary: "List a router's rules",
    description: `In the order of their priority, at most ${MAXIMUM_RULES}.`,
    result: z.object({ routerVersion: z.number().int().nullable(), items: rulesSchema }),
    async handle(call) {
      const { routerVersion, definition } = await routerOf(call);
      return { routerVersion, items: definition.rules as unknown as JsonValue };
    },
  }),
  managementRoute({
    ...ofRules,
    method: "put",
    path: "/api/routers/{routerId}/rules",
    summary: "Replace a router's rules",
    description: "All of them, in the order of their priority; its fallback chain stays.",
    body: z.strictObject({
      rules: rulesSchema,
      expectedVersion: commandSchemas.ConfigureRouter.shape.expectedVersion,
    }),
    async handle(call) {
      const router = await routerOf(call);
      const { rules, expectedVersion } = call.body;
      const routerVersion = expectedVersion ?? router.routerVersion;
      return await writeRules(call, { ...router, routerVersion }, rules);
    },
  }),
  managementRoute({
    ...ofRules,
    method: "put",
    path: "/api/routers/{routerId}/rules/{rule}",
    summary: "Set one rule",
    description:
      "Replaces the rule of this name, or adds it. It is refused as a conflict when somebody changed " +
      "the router meanwhile; repeating it changes nothing.",
    body: ruleBody,
    async handle(call) {
      const router = await routerOf(call);
      const { index, ...rest } = call.body;
      const rule = routerRuleSchema.safeParse({ ...rest, name: call.params.rule });
      if (!rule.success) throw unfit(rule.error);
      const at = indexOf(router, rule.data.name);
      const rules = router.definition.rules.filter((_, each) => each !== at);
      rules.splice(index ?? (at < 0 ? rules.length : at), 0, rule.data);
      return await writeRules(call, router, rules);
    },
  }),
  managementRoute({
    ...ofRules,
    method: "delete",
    path: "/api/routers/{routerId}/rules/{rule}",
    summary: "Remove one rule",
    description: "The other rules keep their order; a router keeps at least a rule or a fallback.",
    async handle(call) {
      const router = await routerOf(call);
      const at = indexOf(router, call.params.rule ?? "");
      if (at < 0) {
        throw refuse("not_found", `the router has no rule ${call.params.rule}`, "rule");
      }
      return await writeRules(
        call,
        router,
        router.definition.rules.filter((_, each) => each !== at),
      );
    },
  }),
];
