/** What keeps the system running: projections with their rebuilds, and alerts. @module */
import { z } from "zod";
import type { AlertRule } from "../../shared/alerts/mod.ts";
import { type JsonObject, toJsonValue } from "../../shared/json.ts";
import type { Principal } from "../../shared/permissions.ts";
import {
  type AlertDeliveryRow,
  alertDeliveryRowSchema,
  type AlertDetail,
  alertDetailSchema,
  type AlertRow,
  alertRowSchema,
  type AlertRuleRow,
  alertRuleRowSchema,
  type GatewayStatus,
  gatewayStatusSchema,
  type RebuildJob,
  rebuildJobSchema,
} from "../../shared/read_api/mod.ts";
import { type CallContext, callRoom, errorBodySchema, refusal, RoomError } from "./call.ts";
import type { Page, Query, Reader } from "./reader.ts";
import type { CommandOutcome, Sender } from "./sender.ts";

/** What can be asked of a projection. */
export const REBUILD_ACTIONS = ["rebuild", "cancel", "rollback"] as const;

/** One of {@link REBUILD_ACTIONS}. */
export type RebuildAction = (typeof REBUILD_ACTIONS)[number];

/** Operations on behalf of one person; they throw RoomError when a room can't answer. */
export interface Operations {
  /** How the gateway was doing in the last `minutes`, 1 to 1,440. */
  status(minutes: number): Promise<GatewayStatus>;
  /** Newest first; null when there is no such projection. */
  rebuilds(projection: string): Promise<Page<RebuildJob>>;
  /** Null when it was accepted; else why not, in the projections' words. */
  act(projection: string, action: RebuildAction): Promise<string | null>;
  alerts(query: Query): Promise<Page<AlertRow>>;
  alert(alertId: string): Promise<AlertDetail | null>;
  /** `at` waits for that log position before it answers. */
  alertRules(at: string | null): Promise<Page<AlertRuleRow>>;
  alertDeliveries(query: Query): Promise<Page<AlertDeliveryRow>>;
  acknowledge(
    operationId: string,
    alertId: string,
    note: string | null,
  ): Promise<CommandOutcome>;
  setRule(operationId: string, ruleId: string, rule: AlertRule): Promise<CommandOutcome>;
  /** Takes away what was set; a default of the same id holds again. */
  removeRule(operationId: string, ruleId: string): Promise<CommandOutcome>;
}

/** Builds the operations. */
export function createOperations(
  context: CallContext,
  principal: Principal,
  { list, one }: Reader,
  send: Sender,
): Operations {
  const of = (projection: string) => `/v1/projections/${encodeURIComponent(projection)}`;
  const rule = (ruleId: string) => `/v1/alert-rules/${encodeURIComponent(ruleId)}`;
  return {
    async status(minutes) {
      const status = await one(gatewayStatusSchema, "/v1/status", { minutes: String(minutes) });
      if (status !== null) return status;
      throw new RoomError("projections", 404, "the projections know no status");
    },
    rebuilds: (projection) => list(rebuildJobSchema, `${of(projection)}/rebuilds`, { limit: null }),
    async act(projection, action) {
      const path = `${of(projection)}/${action}`;
      const call = { room: "projections", method: "POST", path, principal } as const;
      const answer = await callRoom(context, call);
      if (answer.status >= 200 && answer.status < 300) return null;
      const refused = errorBodySchema.safeParse(answer.body);
      if (!refused.success || answer.status >= 500) throw refusal("projections", answer);
      return refused.data.error.message;
    },
    alerts: (query) => list(alertRowSchema, "/v1/alerts", query),
    alert: (alertId) => one(alertDetailSchema, `/v1/alerts/${encodeURIComponent(alertId)}`),
    alertRules: (at) =>
      list(alertRuleRowSchema, "/v1/alert-rules", { limit: null, min_position: at }),
    alertDeliveries: (query) => list(alertDeliveryRowSchema, "/v1/alert-deliveries", query),
    acknowledge: (operationId, alertId, note) =>
      send(z.unknown(), {
        method: "POST",
        path: `/v1/alerts/${encodeURIComponent(alertId)}/acknowledgements`,
        operationId,
        body: { note },
      }),
    setRule: (operationId, ruleId, value) =>
      send(z.unknown(), {
        method: "PUT",
        path: rule(ruleId),
        operationId,
        body: toJsonValue(value) as JsonObject,
      }),
    removeRule: (operationId, ruleId) =>
      send(z.unknown(), { method: "DELETE", path: rule(ruleId), operationId }),
  };
}
