/** Decisions about plans, and about who has which. @module */
import type { Command, CommandBody } from "../../shared/commands/mod.ts";
import { NO_LIMITS } from "../../shared/limits/mod.ts";
import type { AccountBook } from "../account/mod.ts";
import { keyRevoked, noAccount, noKey } from "../account/mod.ts";
import { accepted, rejected } from "../decision.ts";
import type { Decision } from "../domain.ts";
import type { PlanBook } from "./book.ts";

/** The commands about plans. */
export type PlanCommand = Extract<Command, { type: "PublishPlan" | "AssignPlan" }>;

/** How many plan ids there may be. */
export const MAXIMUM_PLANS = 1_000;

/** Decides a command about plans against the offer and the accounts of its shard. */
export function decidePlans(
  plans: PlanBook,
  accounts: AccountBook,
  command: PlanCommand,
): Decision {
  switch (command.type) {
    case "PublishPlan":
      return publishPlan(plans, command.body);
    case "AssignPlan":
      return assignPlan(plans, accounts, command.body);
    default:
      throw command satisfies never;
  }
}

/** Takes the next version of the plan. Rejects with `too_many_plans`. */
function publishPlan(plans: PlanBook, body: CommandBody<"PublishPlan">): Decision {
  const { planId } = body;
  const known = plans.get(planId);
  if (known === undefined && plans.size >= MAXIMUM_PLANS) {
    return rejected(
      "too_many_plans",
      `Plan refused: there are ${MAXIMUM_PLANS} plans; publish one of them again`,
      { planId, maximum: MAXIMUM_PLANS },
    );
  }
  const planVersion = (known?.planVersion ?? 0) + 1;
  return accepted(
    [{ type: "PlanPublished", payload: { ...body, planVersion } }],
    { planId, planVersion },
  );
}

/**
 * Pins the newest version of a plan to an account or a key, in place of what it had. Rejects with
 * `account_not_found`, `key_not_found`, `key_revoked` or `plan_not_found`.
 */
function assignPlan(
  plans: PlanBook,
  accounts: AccountBook,
  body: CommandBody<"AssignPlan">,
): Decision {
  const { accountId, keyId, planId } = body;
  const account = accounts.accounts.get(accountId);
  if (account === undefined) return noAccount(accountId);
  if (keyId !== null) {
    const key = account.keys.get(keyId);
    if (key === undefined) return noKey(accountId, keyId);
    if (key.revoked) return keyRevoked(keyId);
  }
  const plan = planId === null ? null : plans.get(planId);
  if (plan === undefined) {
    return rejected("plan_not_found", `Plan not assigned: there is no plan ${planId}`, { planId });
  }
  const planVersion = plan?.planVersion ?? null;
  const limits = plan?.limits ?? NO_LIMITS;
  return accepted(
    [{ type: "PlanAssigned", payload: { accountId, keyId, planId, planVersion, limits } }],
    { accountId, keyId, planId, planVersion },
  );
}
