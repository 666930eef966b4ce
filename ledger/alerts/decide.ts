/** Decisions about alert rules and acknowledgements. @module */
import { defaultAlertRule } from "../../shared/alerts/mod.ts";
import type { Command, CommandBody } from "../../shared/commands/mod.ts";
import { accepted, rejected } from "../decision.ts";
import type { Decision } from "../domain.ts";
import type { AlertRuleBook } from "./rules.ts";

/** The commands about alerts. */
export type AlertCommand = Extract<
  Command,
  { type: "SetAlertRule" | "RemoveAlertRule" | "AcknowledgeAlert" }
>;

/** How many rule ids there may be, those removed included: their versions are kept for ever. */
export const MAXIMUM_ALERT_RULES = 1_000;

/** Decides a command about alerts; each accepted change of a rule takes its next version. */
export function decideAlerts(book: AlertRuleBook, command: AlertCommand): Decision {
  switch (command.type) {
    case "SetAlertRule":
      return setRule(book, command.body);
    case "RemoveAlertRule":
      return removeRule(book, command.body);
    case "AcknowledgeAlert":
      return accepted([{ type: "AlertAcknowledged", payload: command.body }], {
        alertId: command.body.alertId,
      });
    default:
      throw command satisfies never;
  }
}

function setRule(book: AlertRuleBook, { ruleId, rule }: CommandBody<"SetAlertRule">): Decision {
  const known = book.get(ruleId);
  const kind = known?.kind ?? defaultAlertRule(ruleId)?.condition.kind ?? null;
  if (kind !== null && kind !== rule.condition.kind) {
    return rejected(
      "alert_rule_kind_fixed",
      `Alert rule refused: ${ruleId} is a rule about ${kind} and cannot become one about ` +
        `${rule.condition.kind}; use another id`,
      { ruleId, kind },
    );
  }
  if (known === undefined && book.size >= MAXIMUM_ALERT_RULES) {
    return rejected(
      "too_many_alert_rules",
      `Alert rule refused: ${MAXIMUM_ALERT_RULES} rule ids have been used; set one of them again`,
      { ruleId, maximum: MAXIMUM_ALERT_RULES },
    );
  }
  const ruleVersion = (known?.version ?? 0) + 1;
  return accepted(
    [{ type: "AlertRuleSet", payload: { ruleId, ruleVersion, rule } }],
    { ruleId, ruleVersion },
  );
}

function removeRule(
  book: AlertRuleBook,
  { ruleId, reason }: CommandBody<"RemoveAlertRule">,
): Decision {
  const known = book.get(ruleId);
  if (known === undefined || known.kind === null) {
    const isDefault = defaultAlertRule(ruleId) !== null;
    return rejected(
      "alert_rule_not_found",
      isDefault
        ? `Alert rule not removed: ${ruleId} is as delivered; to silence it, set it with enabled false`
        : `Alert rule not removed: ${ruleId} is not set`,
      { ruleId },
    );
  }
  const ruleVersion = known.version + 1;
  return accepted(
    [{ type: "AlertRuleRemoved", payload: { ruleId, ruleVersion, reason } }],
    { ruleId, ruleVersion },
  );
}
