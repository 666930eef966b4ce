/** Alert rules as they were set, and acknowledgements: both stand in shard 0. @module */
import { toJsonValue } from "../../../shared/json.ts";
import { type Projection, tablePart } from "../../projection/mod.ts";
import { table } from "../../table/mod.ts";

/** One row for each rule id that was ever set; `rule` null after its removal. */
export const rulesTable = table({
  name: "alert_rules",
  columns: {
    ruleId: "text",
    ruleVersion: "count",
    rule: "json?",
    setAtMs: "count",
    position: "position",
  },
  key: ["ruleId"],
  indexes: [],
});

/** One row an acknowledgement; who it was stands in the log at `position` of shard 0. */
export const acknowledgementsTable = table({
  name: "alert_acknowledgements",
  columns: { alertId: "uuid", position: "position", note: "text?", atMs: "count" },
  key: ["alertId", "position"],
  indexes: [],
});

/** The rules and acknowledgements projection. */
export const alertRules: Projection = {
  name: "alert_rules",
  version: 1,
  parts: [
    tablePart({
      table: rulesTable,
      types: ["AlertRuleSet", "AlertRuleRemoved"],
      keyOf({ shard, event }) {
        const isRule = event.type === "AlertRuleSet" || event.type === "AlertRuleRemoved";
        return isRule && shard === 0 ? { ruleId: event.payload.ruleId } : null;
      },
      fold(rows, { event, position, recordedAtMs: setAtMs }) {
        if (event.type !== "AlertRuleSet" && event.type !== "AlertRuleRemoved") return;
        const { ruleId, ruleVersion } = event.payload;
        const rule = event.type === "AlertRuleSet" ? toJsonValue(event.payload.rule) : null;
        rows.put({ ruleId, ruleVersion, rule, setAtMs, position });
      },
    }),
    tablePart({
      table: acknowledgementsTable,
      types: ["AlertAcknowledged"],
      keyOf({ shard, position, event }) {
        if (event.type !== "AlertAcknowledged" || shard !== 0) return null;
        return { alertId: event.payload.alertId, position };
      },
      fold(rows, { event, position, recordedAtMs: atMs }) {
        if (event.type !== "AlertAcknowledged") return;
        rows.put({ ...event.payload, position, atMs });
      },
    }),
  ],
};
