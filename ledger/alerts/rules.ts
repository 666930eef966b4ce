/** The alert rules that people have set, as far as decisions need to know them. @module */
import type { AlertKind } from "../../shared/alerts/mod.ts";
import type { DomainEvent } from "../../shared/events/mod.ts";

/** The events about alerts. */
export type AlertEvent = Extract<
  DomainEvent,
  { type: "AlertRuleSet" | "AlertRuleRemoved" | "AlertAcknowledged" }
>;

/** What is known of one rule id. */
export interface KnownAlertRule {
  readonly version: number;
  /** The kind of the rule that is set, or null after it was removed. */
  readonly kind: AlertKind | null;
}

/** Every rule id that was ever set; changed by {@link evolveAlerts} only. */
export type AlertRuleBook = Map<string, KnownAlertRule>;

/** The book before the first event: the defaults alone are in force. */
export function emptyAlertRuleBook(): AlertRuleBook {
  return new Map();
}

/** Applies an event in place. Throws RangeError when a rule's version is not the next. */
export function evolveAlerts(book: AlertRuleBook, event: AlertEvent): void {
  switch (event.type) {
    case "AlertRuleSet": {
      const { ruleId, ruleVersion, rule } = event.payload;
      put(book, ruleId, { version: ruleVersion, kind: rule.condition.kind });
      return;
    }
    case "AlertRuleRemoved":
      put(book, event.payload.ruleId, { version: event.payload.ruleVersion, kind: null });
      return;
    case "AlertAcknowledged":
      return;
    default:
      throw event satisfies never;
  }
}

function put(book: AlertRuleBook, ruleId: string, next: KnownAlertRule): void {
  const expected = (book.get(ruleId)?.version ?? 0) + 1;
  if (next.version !== expected) {
    throw new RangeError(
      `alert rule ${ruleId} has version ${next.version} in the log, expected ${expected}`,
    );
  }
  book.set(ruleId, next);
}
