/**
 * The double entry of each account event, a debit when positive. Kyat legs: 1010 gateway clearing,
 * 2000 customer prepaid, 2010 holds, 4000 usage revenue, 4090 promotional contra revenue, 5010
 * unbillable usage, 5400 reconciliation write-off. Dollar legs: 5000 upstream cost, 2100 upstream
 * payable. 2000 and 2010 have one subaccount per customer.
 *
 * @module
 */
import type { EventPayload } from "../../shared/events/mod.ts";
import type { Leg } from "../domain.ts";
import type { AccountEvent } from "./evolve.ts";

/** The ledger account of a customer's prepaid balance; its balance is −available. */
export function walletAccount(accountId: string): string {
  return `2000:${accountId}`;
}

/** The ledger account of a customer's open holds; its balance is −held. */
export function holdsAccount(accountId: string): string {
  return `2010:${accountId}`;
}

/** The legs of an event: they sum to zero per currency, and none of them is zero. */
export function accountPostings(event: AccountEvent): readonly Leg[] {
  switch (event.type) {
    case "CreditGranted": {
      const { accountId, amountMicroKyat, source } = event.payload;
      return transfer(sourceAccount(source), walletAccount(accountId), amountMicroKyat);
    }
    case "AdjustmentPosted": {
      const { accountId, amountMicroKyat } = event.payload;
      return transfer("5400", walletAccount(accountId), amountMicroKyat);
    }
    case "CreditNoteIssued": {
      const { accountId, amountMicroKyat } = event.payload;
      return transfer("4000", walletAccount(accountId), amountMicroKyat);
    }
    case "HoldPlaced": {
      const { accountId, amountMicroKyat } = event.payload;
      return transfer(walletAccount(accountId), holdsAccount(accountId), amountMicroKyat);
    }
    case "HoldReleased":
    case "HoldExpired": {
      const { accountId, amountMicroKyat } = event.payload;
      return transfer(holdsAccount(accountId), walletAccount(accountId), amountMicroKyat);
    }
    case "HoldSettled":
      return settlement(event.payload);
    case "LateUsageSettled":
      return lateSettlement(event.payload);
    case "AccountOpened":
    case "KeyIssued":
    case "KeyRevoked":
    case "KeyConfigured":
    case "PlanAssigned":
    case "BudgetSet":
    case "HoldExtended":
    case "UsageReported":
      return [];
    default:
      throw event satisfies never;
  }
}

function sourceAccount(source: EventPayload<"CreditGranted">["source"]): string {
  switch (source) {
    case "manual_payment":
      return "1010";
    case "promotion":
      return "4090";
    default:
      throw source satisfies never;
  }
}

// Revenue is the whole charge; what the wallet could not carry stands beside it as a loss.
function settlement(payload: EventPayload<"HoldSettled">): Leg[] {
  return withoutZeros([
    kyat(holdsAccount(payload.accountId), payload.holdMicroKyat),
    kyat(walletAccount(payload.accountId), payload.overageMicroKyat - payload.releasedMicroKyat),
    kyat("5010", payload.unbilledMicroKyat),
    kyat("4000", -payload.chargeMicroKyat),
    ...upstreamCost(payload.costNanoUsd),
  ]);
}

function lateSettlement(payload: EventPayload<"LateUsageSettled">): Leg[] {
  return withoutZeros([
    kyat(walletAccount(payload.accountId), payload.chargedMicroKyat),
    kyat("5010", payload.unbilledMicroKyat),
    kyat("4000", -(payload.chargedMicroKyat + payload.unbilledMicroKyat)),
    ...upstreamCost(payload.costNanoUsd),
  ]);
}

function upstreamCost(nanoUsd: bigint): Leg[] {
  return [
    { account: "5000", currency: "USD", amount: nanoUsd },
    { account: "2100", currency: "USD", amount: -nanoUsd },
  ];
}

function transfer(debit: string, credit: string, amountMicroKyat: bigint): Leg[] {
  return withoutZeros([kyat(debit, amountMicroKyat), kyat(credit, -amountMicroKyat)]);
}

function kyat(account: string, amount: bigint): Leg {
  return { account, currency: "MMK", amount };
}

function withoutZeros(legs: readonly Leg[]): Leg[] {
  return legs.filter((leg) => leg.amount !== 0n);
}
