/** The rules in force: the defaults, and what was set over them. @module */
import { sql } from "kysely";
import {
  type AlertRule,
  alertRuleSchema,
  DEFAULT_ALERT_RULES,
  defaultAlertRule,
} from "../../../shared/alerts/mod.ts";
import { decodeRow, type Queryable, selectList } from "../../table/mod.ts";
import { rulesTable } from "./projection.ts";

/** A rule in force. */
export interface EffectiveRule extends AlertRule {
  readonly ruleId: string;
  /** 0 until somebody sets a rule under this id. */
  readonly ruleVersion: number;
  /** When it was set, and where in the log of shard 0; null for a default. */
  readonly set: { readonly atMs: number; readonly position: bigint } | null;
}

/** Every rule in force, by id. Throws ZodError when a stored rule does not fit: the log is damaged. */
export async function readEffectiveRules(db: Queryable): Promise<readonly EffectiveRule[]> {
  const { rows } = await sql<Record<string, unknown>>`
    select ${sql.raw(selectList(rulesTable, "t"))} from projections.alert_rules t
  `.execute(db);
  const stored = new Map(
    rows.map((row) => decodeRow(rulesTable, row)).map((row) => [row.ruleId, row]),
  );
  const ids = new Set([...Object.keys(DEFAULT_ALERT_RULES), ...stored.keys()]);
  return [...ids].sort().flatMap((ruleId): EffectiveRule[] => {
    const row = stored.get(ruleId);
    const ruleVersion = row?.ruleVersion ?? 0;
    if (row !== undefined && row.rule !== null) {
      const set = { atMs: row.setAtMs, position: row.position };
      return [{ ...alertRuleSchema.parse(row.rule), ruleId, ruleVersion, set }];
    }
    const delivered = defaultAlertRule(ruleId);
    return delivered === null ? [] : [{ ...delivered, ruleId, ruleVersion, set: null }];
  });
}
