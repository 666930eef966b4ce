/**
 * Decisions about accounts: one pure function, dispatched by command.
 *
 * Checks run in the order of `REJECTION_CODES`, so that of several reasons the first in that list is
 * given: who (account, key) → which request and in what state → sequence → price → amount → wallet →
 * budget → caps. Whatever can fail is looked at before the first event is built; after the last check
 * nothing can fail.
 *
 * @module
 */
import type { Command, CommandOf } from "../../shared/commands/mod.ts";
import type { AlertCommand } from "../alerts/mod.ts";
import type { Decision, DecisionTime } from "../domain.ts";
import type { PricingBook, PricingCommand } from "../pricing/mod.ts";
import type { PlanCommand } from "../plans/mod.ts";
import type { RoutingCommand } from "../routing/mod.ts";
import { setBudget } from "./decide_budget.ts";
import { grantCredit, issueCreditNote, openAccount, postAdjustment } from "./decide_credit.ts";
import { expireHold } from "./decide_expiry.ts";
import { placeHold } from "./decide_hold.ts";
import { configureKey, issueKey, revokeKey } from "./decide_key.ts";
import { extendHold, reportUsage } from "./decide_progress.ts";
import { releaseHold, settleHold } from "./decide_settle.ts";
import type { AccountBook } from "./state.ts";

/** The commands that accounts decide. */
export type AccountCommand = Exclude<
  Command,
  PricingCommand | AlertCommand | RoutingCommand | PlanCommand | CommandOf<"SetSigningKey">
>;

/** Decides an account command against the accounts and the prices of its shard; changes neither. */
export function decideAccounts(
  book: AccountBook,
  prices: PricingBook,
  command: AccountCommand,
  time: DecisionTime,
): Decision {
  switch (command.type) {
    case "OpenAccount":
      return openAccount(book, command.body);
    case "GrantCredit":
      return grantCredit(book, command.body);
    case "PostAdjustment":
      return postAdjustment(book, command.body);
    case "IssueCreditNote":
      return issueCreditNote(book, command.body);
    case "IssueKey":
      return issueKey(book, command.body);
    case "ConfigureKey":
      return configureKey(book, command.body);
    case "RevokeKey":
      return revokeKey(book, command.body);
    case "SetBudget":
      return setBudget(book, command.body);
    case "PlaceHold":
      return placeHold(book, prices, command.body, time);
    case "ExtendHold":
      return extendHold(book, command.body, time);
    case "ReportUsage":
      return reportUsage(book, command.body);
    case "SettleHold":
      return settleHold(book, command.body, time);
    case "ReleaseHold":
      return releaseHold(book, command.body);
    case "ExpireHold":
      return expireHold(book, command.body, time);
    default:
      throw command satisfies never;
  }
}
