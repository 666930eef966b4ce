/** Plans: what they allow, who has them, and how much of them is used. @module */
import { z } from "zod";
import type { JsonObject } from "../../shared/json.ts";
import {
  type PlanAssignmentRow,
  planAssignmentRowSchema,
  type PlanRow,
  planRowSchema,
  type PlanUsageRow,
  planUsageRowSchema,
} from "../../shared/read_api/mod.ts";
import type { Page, Reader } from "./reader.ts";
import type { CommandOutcome, Sender } from "./sender.ts";

/** Plans on behalf of one person; `at` waits for that log position. They throw RoomError. */
export interface Plans {
  /** The newest version of each plan, at most 200. */
  plans(at?: string | null): Promise<Page<PlanRow>>;
  /** Who has a plan: accounts and keys. */
  assignments(planId: string, cursor: string | null): Promise<Page<PlanAssignmentRow>>;
  /** What an account and its keys have used of their plans by now. */
  usage(accountId: string, at?: string | null): Promise<Page<PlanUsageRow>>;
  publish(operationId: string, body: JsonObject): Promise<CommandOutcome>;
  /** `planId` null takes the plan away; `keyId` null: the account's own. */
  assign(
    operationId: string,
    of: {
      readonly accountId: string;
      readonly keyId: string | null;
      readonly planId: string | null;
    },
  ): Promise<CommandOutcome>;
}

const MOST = "200";

/** Builds them. */
export function createPlans({ list }: Reader, send: Sender): Plans {
  const of = (accountId: string) => `/v1/accounts/${encodeURIComponent(accountId)}`;
  return {
    plans: (at) => list(planRowSchema, "/v1/plans", { limit: MOST, min_position: at }),
    assignments: (planId, cursor) =>
      list(planAssignmentRowSchema, `/v1/plans/${encodeURIComponent(planId)}/assignments`, {
        cursor,
      }),
    usage: (accountId, at) =>
      list(planUsageRowSchema, `${of(accountId)}/plan-usage`, { limit: MOST, min_position: at }),
    publish: (operationId, body) =>
      send(z.unknown(), { method: "POST", path: "/v1/plans", operationId, body }),
    assign: (operationId, { accountId, keyId, planId }) => {
      const key = keyId === null ? "" : `/keys/${encodeURIComponent(keyId)}`;
      const path = `${of(accountId)}${key}/plan`;
      return send(z.unknown(), { method: "PUT", path, operationId, body: { planId } });
    },
  };
}
