/** How account events change the accounts: deterministic, in place, no decisions. @module */
import type { DomainEvent, EventOf, EventPayload } from "../../shared/events/mod.ts";
import type { RoutingEvent } from "../routing/mod.ts";
import { assignPlan } from "../limits/mod.ts";
import { newSpending, type Spending } from "./budget.ts";
import {
  expireHold,
  keyOf,
  openHold,
  placeHold,
  releaseHold,
  settleHold,
  settleLate,
} from "./evolve_hold.ts";
import { sweepCalls } from "./idempotency.ts";
import { forgetLapsed } from "./request.ts";
import {
  type Account,
  type AccountBook,
  availableMicroKyat,
  newAccount,
  spendingOf,
} from "./state.ts";

/** The events that accounts are made of. */
export type AccountEvent = Exclude<
  DomainEvent,
  {
    type:
      | "PricePublished"
      | "PriceWithdrawn"
      | "OwnKeyFeeSet"
      | "MarkupSet"
      | "FxRateSet"
      | "AlertRuleSet"
      | "AlertRuleRemoved"
      | "AlertAcknowledged"
      | "PlanPublished"
      | "SigningKeySet"
      | RoutingEvent["type"];
  }
>;

/**
 * Applies an event in place. Time comes with the event. Throws RangeError when the event contradicts
 * the state, or would leave a wallet below zero: then the log is damaged.
 */
export function evolveAccounts(book: AccountBook, event: AccountEvent, recordedAtMs: number): void {
  forgetLapsed(book.requests, recordedAtMs);
  sweepCalls(book.idempotency, recordedAtMs);
  if (event.type === "AccountOpened") return openAccount(book, event.payload);
  const account = accountOf(book, event.payload.accountId);
  apply(book, account, event, recordedAtMs);
  if (availableMicroKyat(account) < 0n || account.spending.heldMicroKyat < 0n) {
    throw new RangeError(`${event.type} leaves the wallet of ${account.accountId} below zero`);
  }
}

function apply(
  book: AccountBook,
  account: Account,
  event: Exclude<AccountEvent, EventOf<"AccountOpened">>,
  recordedAtMs: number,
): void {
  switch (event.type) {
    case "CreditGranted":
    case "AdjustmentPosted":
      account.creditedMicroKyat += event.payload.amountMicroKyat;
      return;
    case "CreditNoteIssued":
      return issueCreditNote(account, event.payload);
    case "KeyIssued":
      return issueKey(book, account, event.payload);
    case "KeyRevoked":
      return revokeKey(account, event.payload);
    case "KeyConfigured":
      return configureKey(account, event.payload);
    case "PlanAssigned":
      return changePlan(account, event.payload);
    case "BudgetSet":
      return setBudget(account, event.payload);
    case "HoldPlaced":
      return placeHold(book, account, event.payload, recordedAtMs);
    case "HoldExtended": {
      const hold = openHold(book, event.payload);
      hold.extendSequence = event.payload.sequence;
      hold.expiresAtMs = event.payload.expiresAtMs;
      return book.requests.byExpiry.update(hold);
    }
    case "UsageReported": {
      const hold = openHold(book, event.payload);
      hold.usageSequence = event.payload.sequence;
      const { usage, evidence, model, ownKey } = event.payload;
      hold.progress = { usage, evidence, model, ownKey };
      return;
    }
    case "HoldSettled":
      return settleHold(book, account, event.payload, recordedAtMs);
    case "HoldReleased":
      return releaseHold(book, account, event.payload);
    case "HoldExpired":
      return expireHold(book, account, event.payload, recordedAtMs);
    case "LateUsageSettled":
      return settleLate(book, account, event.payload, recordedAtMs);
    default:
      throw event satisfies never;
  }
}

function openAccount(book: AccountBook, payload: EventPayload<"AccountOpened">): void {
  if (book.accounts.has(payload.accountId)) {
    throw new RangeError(`account ${payload.accountId} is opened twice in the log`);
  }
  book.accounts.set(payload.accountId, newAccount(payload.accountId, payload.name));
}

function issueCreditNote(account: Account, payload: EventPayload<"CreditNoteIssued">): void {
  const { reference, amountMicroKyat } = payload;
  if (account.creditNotes.has(reference)) {
    throw new RangeError(`credit note ${reference} is issued twice in the log`);
  }
  account.creditNotes.add(reference);
  account.notedMicroKyat += amountMicroKyat;
  account.creditedMicroKyat += amountMicroKyat;
}

function issueKey(book: AccountBook, account: Account, payload: EventPayload<"KeyIssued">): void {
  if (account.keys.has(payload.keyId)) {
    throw new RangeError(`key ${payload.keyId} is issued twice in the log`);
  }
  const { keyId, keyHash, label, expiresAtMs, teamId = null, userId = null } = payload;
  const spending = newSpending({ kind: "key", id: keyId });
  const spendings = [account.spending, spending];
  if (teamId !== null) spendings.push(spendingOf(account, "team", teamId));
  if (userId !== null) spendings.push(spendingOf(account, "user", userId));
  account.keys.set(keyId, {
    keyId,
    keyHash,
    teamId,
    userId,
    settingsVersion: 0,
    settings: {
      label,
      expiresAtMs,
      allowedModels: null,
      ipRanges: null,
      routerId: null,
      tags: [],
    },
    revoked: false,
    spending,
    spendings,
    openHolds: 0,
    limiter: null,
  });
  account.activeKeys++;
  book.keyHashes.add(keyHash);
}

function revokeKey(account: Account, payload: EventPayload<"KeyRevoked">): void {
  const key = keyOf(account, payload.keyId);
  if (key.revoked) throw new RangeError(`key ${payload.keyId} is revoked twice in the log`);
  key.revoked = true;
  account.activeKeys--;
}

function setBudget(account: Account, payload: EventPayload<"BudgetSet">): void {
  spendingLimitedBy(account, payload).limitMicroKyat[payload.period] = payload.limitMicroKyat;
}

function spendingLimitedBy(
  account: Account,
  { keyId, teamId, userId }: EventPayload<"BudgetSet">,
): Spending {
  if (keyId !== null) return keyOf(account, keyId).spending;
  if (teamId !== undefined) return spendingOf(account, "team", teamId);
  if (userId !== undefined) return spendingOf(account, "user", userId);
  return account.spending;
}

function configureKey(account: Account, payload: EventPayload<"KeyConfigured">): void {
  const { accountId: _account, keyId, settingsVersion, ...settings } = payload;
  const key = keyOf(account, keyId);
  if (settingsVersion !== key.settingsVersion + 1) {
    throw new RangeError(
      `settings of ${keyId} have version ${settingsVersion} in the log after ${key.settingsVersion}`,
    );
  }
  key.settingsVersion = settingsVersion;
  key.settings = settings;
}

function changePlan(account: Account, payload: EventPayload<"PlanAssigned">): void {
  const { keyId, planId, planVersion, limits } = payload;
  const owner = keyId === null ? account : keyOf(account, keyId);
  assignPlan(
    owner,
    planId === null || planVersion === null ? null : { planId, planVersion, limits },
  );
}

function accountOf(book: AccountBook, accountId: string): Account {
  const account = book.accounts.get(accountId);
  if (account === undefined) throw new RangeError(`account ${accountId} was never opened`);
  return account;
}
