/** The read API of alerts: rules, alerts with their history, and deliveries. @module */
import { z } from "zod";
import { ALERT_KINDS, ALERT_SEVERITIES } from "../alerts/mod.ts";

const whole = z.string().regex(/^-?\d+$/);
const timeMs = z.number().int();

/** The states of an alert. `acknowledged`: somebody has seen it, and it goes on. */
export const ALERT_STATES = ["firing", "acknowledged", "resolved"] as const;

/** What an alert is about. */
export const ALERT_SUBJECTS = ["platform", "account", "provider", "projection", "shard"] as const;

/** In which unit an alert's value and threshold are. */
export const ALERT_UNITS = [
  "nano_usd",
  "micro_kyat",
  "parts_per_million",
  "failed_attempts",
  "seconds",
] as const;

/**
 * Why an alert ended: its condition was clear for long enough, its rule was removed or switched off
 * or no longer is about this subject, or nothing is heard of the subject any more.
 */
export const ALERT_RESOLUTIONS = [
  "cleared",
  "rule_removed",
  "rule_disabled",
  "subject_excluded",
  "subject_gone",
] as const;

/** Where alerts are delivered to, beside the live route. */
export const ALERT_CHANNELS = ["webhook", "log"] as const;

/** How a delivery stands; `failed` after the last attempt. */
export const ALERT_DELIVERY_STATUSES = ["pending", "delivered", "failed"] as const;

/**
 * GET /v1/alerts (filters: state, or `open` for firing and acknowledged; severity; rule; account),
 * newest first. A developer sees those of the own account.
 */
export const alertRowSchema = z.object({
  alertId: z.string(),
  ruleId: z.string(),
  /** The version of the rule that fired; 0 is the rule as delivered. */
  ruleVersion: z.number().int(),
  ruleName: z.string(),
  kind: z.enum(ALERT_KINDS),
  severity: z.enum(ALERT_SEVERITIES),
  subject: z.object({ type: z.enum(ALERT_SUBJECTS), id: z.string() }),
  /** Null when the alert is not about one account. */
  accountId: z.string().nullable(),
  state: z.enum(ALERT_STATES),
  /** One English sentence with the newest value. */
  summary: z.string(),
  unit: z.enum(ALERT_UNITS),
  threshold: whole,
  /** The value when it fired, and the newest one that is known. */
  firedValue: whole,
  value: whole,
  firedAtMs: timeMs,
  acknowledgedAtMs: timeMs.nullable(),
  resolvedAtMs: timeMs.nullable(),
  resolution: z.enum(ALERT_RESOLUTIONS).nullable(),
  /** Grows with each change of any alert; the id of its event on the live route. */
  change: whole,
});

/** A change of an alert's state. */
export const alertHistorySchema = z.object({
  sequence: z.number().int(),
  state: z.enum(ALERT_STATES),
  atMs: timeMs,
  value: whole,
  /** Who acknowledged, or null when the system did it; always null for a developer. */
  actor: z.string().nullable(),
  /** What was noted; always null for a developer. */
  note: z.string().nullable(),
  resolution: z.enum(ALERT_RESOLUTIONS).nullable(),
});

/** GET /v1/alerts/{alertId}: with every change, oldest first, and the condition that fired. */
export const alertDetailSchema = alertRowSchema.extend({
  condition: z.record(z.string(), z.json()),
  history: z.array(alertHistorySchema),
});

/** GET /v1/alert-rules: each rule in force, by id, defaults included, and how it stands. */
export const alertRuleRowSchema = z.object({
  ruleId: z.string(),
  /** 0 until somebody sets a rule under this id. */
  ruleVersion: z.number().int(),
  origin: z.enum(["default", "set"]),
  /** Whether removing what was set brings a default back. */
  hasDefault: z.boolean(),
  name: z.string(),
  severity: z.enum(ALERT_SEVERITIES),
  enabled: z.boolean(),
  clearAfterSeconds: z.number().int(),
  /** An `AlertCondition`; amounts are decimal strings. */
  condition: z.record(z.string(), z.json()),
  /** Who set it and when; null for a default. */
  setBy: z.string().nullable(),
  setAtMs: timeMs.nullable(),
  evaluation: z.object({
    /** `unknown` is not fine: the rule could not be judged, and `reason` says why. */
    state: z.enum(["ok", "firing", "unknown", "disabled"]),
    reason: z.string().nullable(),
    evaluatedAtMs: timeMs.nullable(),
    openAlerts: z.number().int(),
  }),
});

/** GET /v1/alert-deliveries (filters: alert, status, channel), newest first. */
export const alertDeliveryRowSchema = z.object({
  /** The header `webhook-id` of every attempt. */
  deliveryId: z.string(),
  alertId: z.string(),
  /** Which change of the alert it tells. */
  sequence: z.number().int(),
  channel: z.enum(ALERT_CHANNELS),
  status: z.enum(ALERT_DELIVERY_STATUSES),
  attempts: z.number().int(),
  createdAtMs: timeMs,
  /** When it is tried next, or again if this attempt is never heard of; null when it is over. */
  nextAttemptAtMs: timeMs.nullable(),
  finishedAtMs: timeMs.nullable(),
  /** The HTTP status of the last answer, or null when none came. */
  lastStatus: z.number().int().nullable(),
  lastError: z.string().nullable(),
});

/**
 * The body of a webhook. Its headers are those of Standard Webhooks: `webhook-id`,
 * `webhook-timestamp` (seconds) and `webhook-signature`, `v1,` and the base64 of HMAC-SHA256 over
 * `<id>.<timestamp>.<body>` by the decoded secret.
 */
export const alertNotificationSchema = z.object({
  type: z.enum(["alert.firing", "alert.acknowledged", "alert.resolved"]),
  /** When the change happened, RFC 3339. */
  timestamp: z.string(),
  data: z.object({ alert: alertRowSchema, change: alertHistorySchema }),
});

/**
 * GET /v1/live/alerts (filters: account; after as the id of the last event that was seen): server-sent
 * events named `alert`, the `data` of each is this and its id the `change`: first the alerts that are
 * open, or those that changed after `after`, then every change. The newest state of an alert takes the
 * place of what was told before.
 */
export const liveAlertSchema = alertRowSchema;

/** See {@link alertRowSchema}. */
export type AlertRow = z.output<typeof alertRowSchema>;
/** See {@link alertHistorySchema}. */
export type AlertHistory = z.output<typeof alertHistorySchema>;
/** See {@link alertDetailSchema}. */
export type AlertDetail = z.output<typeof alertDetailSchema>;
/** See {@link alertRuleRowSchema}. */
export type AlertRuleRow = z.output<typeof alertRuleRowSchema>;
/** See {@link alertDeliveryRowSchema}. */
export type AlertDeliveryRow = z.output<typeof alertDeliveryRowSchema>;
/** See {@link alertNotificationSchema}. */
export type AlertNotification = z.output<typeof alertNotificationSchema>;
