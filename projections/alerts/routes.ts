/** Reads alerts, rules and deliveries. @module */
import { sql } from "kysely";
import { z } from "zod";
import { ALERT_SEVERITIES, alertIdSchema, alertRuleIdSchema } from "../../shared/alerts/mod.ts";
import { accountIdSchema } from "../../shared/ids/mod.ts";
import type { JsonObject } from "../../shared/json.ts";
import {
  ALERT_CHANNELS,
  ALERT_DELIVERY_STATUSES,
  ALERT_STATES,
  alertDeliveryRowSchema,
  alertDetailSchema,
  alertRowSchema,
  alertRuleRowSchema,
  itemSchema,
  liveAlertSchema,
  pageSchema,
} from "../../shared/read_api/mod.ts";
import { listQuery, pageOf, type ReadRoute, readRoute } from "../http/mod.ts";
import { readHistory, readRules, selectAlerts, selectDeliveries } from "./read.ts";
import { alertRow, alertState } from "./row.ts";

/** What alerts follow from; they change a moment after these. */
const READS = ["alert_rules", "alert_signals", "balances"] as const;

const NEWEST = sql`a.fired_at_ms desc, a.alert_id desc`;

/** Which state is asked for: `open` is firing or acknowledged. */
const stateSchema = z.enum(["open", ...ALERT_STATES]);

function isIn(state: z.output<typeof stateSchema>) {
  switch (state) {
    case "open":
      return sql`a.resolved_at_ms is null`;
    case "resolved":
      return sql`a.resolved_at_ms is not null`;
    case "firing":
    case "acknowledged":
      return sql`a.resolved_at_ms is null and ${alertState} = ${state}`;
    default:
      return state satisfies never;
  }
}

const listAlerts = readRoute({
  path: "/v1/alerts",
  permission: "alert:read",
  summary: "Alerts, newest first. `state=open` is firing and acknowledged.",
  scope: "query",
  reads: READS,
  query: z.object({
    account: accountIdSchema.optional(),
    state: stateSchema.optional(),
    severity: z.enum(ALERT_SEVERITIES).optional(),
    rule: alertRuleIdSchema.optional(),
    ...listQuery([z.number().int(), alertIdSchema]),
  }),
  answer: pageSchema(alertRowSchema),
  async handle({ accountId, query }, { db }) {
    const { state, severity, rule, limit, cursor } = query;
    const filters = [
      accountId === null ? null : sql`a.account_id = ${accountId}`,
      state === undefined ? null : isIn(state),
      severity === undefined ? null : sql`a.severity = ${severity}`,
      rule === undefined ? null : sql`a.rule_id = ${rule}`,
      cursor === undefined
        ? null
        : sql`(a.fired_at_ms, a.alert_id) < (${cursor[0]}::bigint, ${cursor[1]}::uuid)`,
    ].filter((filter) => filter !== null);
    const stored = await selectAlerts(db, filters, { orderBy: NEWEST, limit: limit + 1 });
    const rows = stored.map(alertRow);
    return pageOf(rows, limit, (row) => [row.firedAtMs, row.alertId], (row) => row);
  },
});

const oneAlert = readRoute({
  path: "/v1/alerts/{alertId}",
  permission: "alert:read",
  summary: "One alert with its history and the condition that fired.",
  scope: "query",
  reads: READS,
  query: z.object({ account: accountIdSchema.optional() }),
  answer: itemSchema(alertDetailSchema),
  async handle({ accountId, principal, params: { alertId } }, { db }) {
    if (!alertIdSchema.safeParse(alertId).success) return null;
    const filters = [
      sql`a.alert_id = ${alertId}::uuid`,
      accountId === null ? null : sql`a.account_id = ${accountId}`,
    ].filter((filter) => filter !== null);
    const [stored] = await selectAlerts(db, filters, { orderBy: NEWEST, limit: 1 });
    if (stored === undefined) return null;
    const history = await readHistory(db, stored.alertId);
    // Who of the platform looked at it, and what they noted, is not the customer's.
    const shown = principal.role !== "developer"
      ? history
      : history.map((change) => ({ ...change, actor: null, note: null }));
    const condition: JsonObject = stored.condition;
    return { item: { ...alertRow(stored), condition, history: shown } };
  },
});

const listRules = readRoute({
  path: "/v1/alert-rules",
  permission: "alert:read",
  summary: "Alert rules in force, defaults included, and how each of them stands.",
  scope: "none",
  reads: ["alert_rules"],
  query: z.object({}),
  answer: pageSchema(alertRuleRowSchema),
  async handle(_call, { db, effects }) {
    return { items: await readRules(db, effects.clock.nowMs()), nextCursor: null };
  },
});

const listDeliveries = readRoute({
  path: "/v1/alert-deliveries",
  permission: "alert:read",
  summary: "What was delivered of alerts, or is still tried, newest first.",
  scope: "none",
  reads: READS,
  query: z.object({
    alert: alertIdSchema.optional(),
    channel: z.enum(ALERT_CHANNELS).optional(),
    status: z.enum(ALERT_DELIVERY_STATUSES).optional(),
    ...listQuery([alertIdSchema]),
  }),
  answer: pageSchema(alertDeliveryRowSchema),
  async handle({ query: { alert, channel, status, limit, cursor } }, { db }) {
    const filters = [
      alert === undefined ? null : sql`d.alert_id = ${alert}::uuid`,
      channel === undefined ? null : sql`d.channel = ${channel}`,
      status === undefined ? null : sql`d.status = ${status}`,
      cursor === undefined ? null : sql`d.delivery_id < ${cursor[0]}::uuid`,
    ].filter((filter) => filter !== null);
    const rows = await selectDeliveries(db, filters, limit + 1);
    return pageOf(rows, limit, (row) => [row.deliveryId], (row) => row);
  },
});

const liveAlerts = readRoute({
  path: "/v1/live/alerts",
  permission: "alert:read",
  summary:
    "Alerts that are open, or changed after the event with the id `after`, and every change, as " +
    "server-sent events.",
  stream: "alert",
  scope: "query",
  reads: READS,
  query: z.object({
    account: accountIdSchema.optional(),
    after: z.string().regex(/^\d{1,18}$/, "expected the id of an earlier event").optional(),
  }),
  answer: liveAlertSchema,
  handle({ accountId, query: { after } }, { followAlerts }) {
    const from = after === undefined ? null : BigInt(after);
    return Promise.resolve(followAlerts({ accountId, after: from }));
  },
});

/** The routes of alerts. */
export const alertRoutes: readonly ReadRoute[] = [
  listAlerts,
  oneAlert,
  listRules,
  listDeliveries,
  liveAlerts,
];
