/** Events about alerts: rules as people set them, and who has seen what. @module */
import { z } from "zod";
import { alertIdSchema, alertRuleIdSchema, alertRuleSchema } from "../alerts/mod.ts";
import { labelSchema } from "../ids/mod.ts";

const ofRule = { ruleId: alertRuleIdSchema, ruleVersion: z.number().int().min(1) };

/** The payload schema of each event about alerts, by type. */
export const alertEventSchemas = {
  /** The whole rule, numbered per id from 1; it replaces what was in force under this id. */
  AlertRuleSet: z.object({ ...ofRule, rule: alertRuleSchema }),
  /** What was set is gone: the default of this id, if there is one, is in force again. */
  AlertRuleRemoved: z.object({ ...ofRule, reason: labelSchema }),
  /** Somebody has seen an alert. The ledger knows no alerts: the id is the read API's. */
  AlertAcknowledged: z.object({ alertId: alertIdSchema, note: labelSchema.nullable() }),
} as const;
