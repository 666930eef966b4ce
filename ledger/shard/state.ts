/** Everything that a shard's writer knows. @module */
import { type AlertRuleBook, emptyAlertRuleBook } from "../alerts/mod.ts";
import { type AccountBook, emptyAccountBook } from "../account/mod.ts";
import { emptyPlanBook, type PlanBook } from "../plans/mod.ts";
import { emptyPricingBook, type PricingBook } from "../pricing/mod.ts";
import { emptySigning, type SigningState } from "../checkpoint/mod.ts";
import { emptyRoutingBook, type RoutingBook } from "../routing/mod.ts";
import { EdgeChanges } from "./edge_changes.ts";

/** The state of one shard after the event at `position`; 0 before the first. */
export interface ShardState {
  position: bigint;
  readonly prices: PricingBook;
  readonly plans: PlanBook;
  readonly book: AccountBook;
  readonly alertRules: AlertRuleBook;
  readonly signing: SigningState;
  readonly routing: RoutingBook;
  readonly edgeChanges: EdgeChanges;
}

/** The state before the first event. */
export function emptyShard(): ShardState {
  return {
    position: 0n,
    prices: emptyPricingBook(),
    plans: emptyPlanBook(),
    book: emptyAccountBook(),
    alertRules: emptyAlertRuleBook(),
    signing: emptySigning(),
    routing: emptyRoutingBook(),
    edgeChanges: new EdgeChanges(),
  };
}
