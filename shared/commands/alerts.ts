/** Commands about alerts. @module */
import { z } from "zod";
import { alertIdSchema, alertRuleIdSchema, alertRuleSchema } from "../alerts/mod.ts";
import { labelSchema } from "../ids/mod.ts";

/** Body schemas of the commands about alerts, by type; all of them go to shard 0. */
export const alertCommandSchemas = {
  SetAlertRule: z.object({ ruleId: alertRuleIdSchema, rule: alertRuleSchema }),
  RemoveAlertRule: z.object({ ruleId: alertRuleIdSchema, reason: labelSchema }),
  AcknowledgeAlert: z.object({ alertId: alertIdSchema, note: labelSchema.nullable() }),
} as const;
