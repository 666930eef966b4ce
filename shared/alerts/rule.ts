/** An alert rule as people set it. @module */
import { z } from "zod";
import { labelSchema } from "../ids/mod.ts";
import { alertConditionSchema } from "./condition.ts";

/** How much an alert matters: look at it today, or now. */
export const ALERT_SEVERITIES = ["warning", "critical"] as const;

/** One of {@link ALERT_SEVERITIES}. */
export type AlertSeverity = (typeof ALERT_SEVERITIES)[number];

/** The id of a rule: 1 to 64 lower-case letters, digits and `-` or `_`. It never changes. */
export const alertRuleIdSchema = z.string().regex(
  /^[a-z0-9][a-z0-9_-]{0,63}$/,
  "expected 1 to 64 lower-case letters, digits, - or _",
);

/** The id of an alert: a UUIDv7 in lower-case hex, given by whoever evaluates the rules. */
export const alertIdSchema = z.string().regex(
  /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
  "expected a UUID version 7",
);

/** A whole rule. A rule that is set replaces the one of the same id as a whole. */
export const alertRuleSchema = z.strictObject({
  name: labelSchema,
  severity: z.enum(ALERT_SEVERITIES),
  /** A rule that is switched off is not evaluated, and its alerts are resolved. */
  enabled: z.boolean(),
  /**
   * How long the condition must be clear before an alert is resolved, in seconds, 0 to 86,400. While
   * an amount stands between the threshold and a tenth short of it, it is not clear.
   */
  clearAfterSeconds: z.number().int().min(0).max(86_400),
  condition: alertConditionSchema,
});

/** See {@link alertRuleSchema}. */
export type AlertRule = z.output<typeof alertRuleSchema>;
