/** The ledger's domain as the writer sees it. @module */
import type { Command } from "../../shared/commands/mod.ts";
import type { DomainEvent } from "../../shared/events/mod.ts";
import { decideAlerts } from "../alerts/mod.ts";
import { accountPostings, decideAccounts, dueExpiries } from "../account/mod.ts";
import { decideSigning } from "../checkpoint/mod.ts";
import type { Decision, DecisionTime, Domain, Leg } from "../domain.ts";
import { decidePlans } from "../plans/mod.ts";
import { decidePricing } from "../pricing/mod.ts";
import { decideRouting } from "../routing/mod.ts";
import { evolveShard } from "./evolve.ts";
import { checkBalances } from "./queries.ts";
import { emptyShard, type ShardState } from "./state.ts";

/** Accounts, prices, alert rules and routing, decided together by one writer. */
export const ledgerDomain: Domain<ShardState> = {
  initial: emptyShard,
  decide,
  evolve: evolveShard,
  postings,
  due: (state, nowMs, limit) => dueExpiries(state.book, nowMs, limit),
  checkBalances,
};

function decide(state: ShardState, command: Command, time: DecisionTime): Decision {
  switch (command.type) {
    case "PublishPrice":
    case "WithdrawPrice":
    case "SetOwnKeyFee":
    case "SetMarkup":
    case "SetFxRate":
      return decidePricing(state.prices, command);
    case "PublishPlan":
    case "AssignPlan":
      return decidePlans(state.plans, state.book, command);
    case "SetAlertRule":
    case "RemoveAlertRule":
    case "AcknowledgeAlert":
      return decideAlerts(state.alertRules, command);
    case "SetSigningKey":
      return decideSigning(state.signing, command);
    case "ConfigureProvider":
    case "StoreProviderKey":
    case "RewrapProviderKey":
    case "RemoveProviderKey":
    case "ConfigureRouter":
    case "RemoveRouter":
    case "SetModelAlias":
      return decideRouting(state.routing, command);
    default:
      return decideAccounts(state.book, state.prices, command, time);
  }
}

function postings(event: DomainEvent): readonly Leg[] {
  switch (event.type) {
    case "PricePublished":
    case "PriceWithdrawn":
    case "OwnKeyFeeSet":
    case "MarkupSet":
    case "FxRateSet":
    case "PlanPublished":
    case "AlertRuleSet":
    case "AlertRuleRemoved":
    case "AlertAcknowledged":
    case "SigningKeySet":
    case "ProviderConfigured":
    case "ProviderKeyStored":
    case "ProviderKeyRemoved":
    case "RouterConfigured":
    case "RouterRemoved":
    case "ModelAliasSet":
      return [];
    default:
      return accountPostings(event);
  }
}
