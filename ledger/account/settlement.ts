/** How a charge is split between hold, wallet and the platform's loss. @module */
import type { Usage } from "../../shared/usage/mod.ts";
import { chargeMicroKyat, costNanoUsd } from "../pricing/mod.ts";
import { MAXIMUM_AMOUNT } from "./amounts.ts";
import type { LapsedHold, OpenHold } from "./request.ts";
import type { ServedTerms } from "./served.ts";

/** The amounts of a HoldSettled event. */
export interface Settlement {
  readonly holdMicroKyat: bigint;
  readonly chargeMicroKyat: bigint;
  readonly chargedMicroKyat: bigint;
  readonly overageMicroKyat: bigint;
  readonly releasedMicroKyat: bigint;
  readonly unbilledMicroKyat: bigint;
  readonly costNanoUsd: bigint;
}

/** What usage costs at the pinned terms. */
export interface Priced {
  readonly chargeMicroKyat: bigint;
  readonly costNanoUsd: bigint;
}

/**
 * Prices usage at the terms under which it was served. A call with the customer's own key costs its
 * fee, whatever it used, and us nothing; one that no provider bills costs nobody anything.
 */
export function priceOf(usage: Usage, { pricing, fixedMicroKyat }: ServedTerms): Priced {
  if (fixedMicroKyat !== null) return { chargeMicroKyat: fixedMicroKyat, costNanoUsd: 0n };
  return {
    chargeMicroKyat: chargeMicroKyat(usage, pricing),
    costNanoUsd: costNanoUsd(usage, pricing),
  };
}

/**
 * Splits a charge: the hold pays first, then the wallet up to `availableMicroKyat`, and
 * the rest is unbilled. What the hold does not need goes back.
 */
export function settlementOf(
  hold: OpenHold,
  priced: Priced,
  availableMicroKyat: bigint,
): Settlement {
  const charge = priced.chargeMicroKyat;
  const charged = least(charge, hold.amountMicroKyat + availableMicroKyat);
  const overage = charged > hold.amountMicroKyat ? charged - hold.amountMicroKyat : 0n;
  return {
    holdMicroKyat: hold.amountMicroKyat,
    chargeMicroKyat: charge,
    chargedMicroKyat: charged,
    overageMicroKyat: overage,
    releasedMicroKyat: hold.amountMicroKyat - (charged - overage),
    unbilledMicroKyat: charge - charged,
    costNanoUsd: priced.costNanoUsd,
  };
}

/** The amounts of a LateUsageSettled event. */
export interface LateSettlement {
  readonly chargeMicroKyat: bigint;
  readonly alreadyChargedMicroKyat: bigint;
  readonly chargedMicroKyat: bigint;
  readonly unbilledMicroKyat: bigint;
  readonly costNanoUsd: bigint;
}

/**
 * Splits the charge of usage that came after its hold had lapsed: only what goes beyond the charge at expiry is
 * due, from the wallet as far as it carries. What was written off at expiry stays written off, and
 * a lower final report gives nothing back by itself.
 */
export function lateSettlementOf(
  lapsed: LapsedHold,
  priced: Priced,
  availableMicroKyat: bigint,
): LateSettlement {
  const charge = priced.chargeMicroKyat;
  const due = atLeastZero(charge - lapsed.chargeMicroKyat);
  const charged = least(due, availableMicroKyat);
  return {
    chargeMicroKyat: charge,
    alreadyChargedMicroKyat: lapsed.chargeMicroKyat,
    chargedMicroKyat: charged,
    unbilledMicroKyat: due - charged,
    costNanoUsd: atLeastZero(priced.costNanoUsd - lapsed.costNanoUsd),
  };
}

/** The charge or cost when it is too large for the ledger, else null. */
export function overflowOf(priced: Priced): bigint | null {
  if (priced.chargeMicroKyat > MAXIMUM_AMOUNT) return priced.chargeMicroKyat;
  return priced.costNanoUsd > MAXIMUM_AMOUNT ? priced.costNanoUsd : null;
}

function least(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}

function atLeastZero(amount: bigint): bigint {
  return amount < 0n ? 0n : amount;
}
