/** The amounts of settlements, computed anew. @module */
import type { JsonMembers } from "../canonical.ts";
import { amountOf, membersOf } from "../payload.ts";
import { type Held, sameServed, servedPrice } from "../held.ts";
import { decreased, type Price, sameUsage } from "../usage.ts";
import type { Place } from "./place.ts";
import type { LapsedHold, OpenHold } from "./requests.ts";

/** What ends by its time ends neither before it nor on other usage than was reported last. */
export function checkExpirySettlement(payload: JsonMembers, hold: OpenHold, place: Place): void {
  place.check(
    "expiry",
    place.recordedAt >= hold.expiresAtMs
      ? null
      : `the hold ends by its time at ${place.recordedAt}, before ${hold.expiresAtMs}`,
  );
  const { progress } = hold;
  const problem = payload["basis"] === undefined
    ? progress === null ? null : "the hold expires without a charge, and usage was reported"
    : progress === null || !sameUsage(membersOf(payload, "usage"), membersOf(progress, "usage"))
    ? "the usage that is charged is not what was reported last"
    : sameServed(payload, progress, hold.held)
    ? null
    : "another served the call that is charged than was reported last";
  if (problem !== null) place.fail("charge", problem);
}

/** A HoldSettled event: the price of its usage, and how hold, wallet and platform share it. */
export function checkSettlement(
  payload: JsonMembers,
  hold: OpenHold,
  available: bigint,
  place: Place,
): void {
  const usage = membersOf(payload, "usage");
  const charge = checkPrice(payload, priceFor(payload, hold.held, place), place);
  if (payload["evidence"] !== "reported" && hold.progress !== null) {
    const less = decreased(membersOf(hold.progress, "usage"), usage);
    if (less !== null) place.fail("charge", `the ${less} charged is less than was reported before`);
  }
  const charged = least(charge, hold.amount + available);
  const overage = charged > hold.amount ? charged - hold.amount : 0n;
  compareAmounts(payload, place, [
    ["holdMicroKyat", hold.amount],
    ["chargedMicroKyat", charged],
    ["overageMicroKyat", overage],
    ["releasedMicroKyat", hold.amount - (charged - overage)],
    ["unbilledMicroKyat", charge - charged],
  ]);
}

/** A LateUsageSettled event: only what goes beyond the charge at expiry is due. */
export function checkLateSettlement(
  payload: JsonMembers,
  hold: LapsedHold,
  available: bigint,
  place: Place,
): void {
  const full = priceFor(payload, hold.held, place);
  const price = full === null ? null : {
    chargeMicroKyat: full.chargeMicroKyat,
    costNanoUsd: atLeastZero(full.costNanoUsd - hold.cost),
  };
  const charge = checkPrice(payload, price, place);
  const due = atLeastZero(charge - hold.charge);
  const charged = least(due, available);
  compareAmounts(payload, place, [
    ["alreadyChargedMicroKyat", hold.charge],
    ["chargedMicroKyat", charged],
    ["unbilledMicroKyat", due - charged],
  ]);
}

/** The price of the call; null, and a failure, when nothing was held for whoever served it. */
function priceFor(payload: JsonMembers, held: Held, place: Place): Price | null {
  const price = servedPrice(payload, held);
  if (typeof price !== "string") return price;
  place.fail("terms", price);
  return null;
}

/** Compares charge and cost; returns the charge that the event says, so that the rest follows it. */
function checkPrice(payload: JsonMembers, price: Price | null, place: Place): bigint {
  const charge = amountOf(payload, "chargeMicroKyat");
  if (price === null) return charge;
  const cost = amountOf(payload, "costNanoUsd");
  const problem = charge !== price.chargeMicroKyat
    ? `the charge is ${charge} microkyat, its usage at the pinned terms gives ` +
      `${price.chargeMicroKyat}`
    : cost !== price.costNanoUsd
    ? `the cost is ${cost} nanodollars, its usage at the pinned rates gives ${price.costNanoUsd}`
    : null;
  place.check("charge", problem);
  return charge;
}

function compareAmounts(
  payload: JsonMembers,
  place: Place,
  expected: readonly (readonly [string, bigint])[],
): void {
  const wrong = expected.find(([name, amount]) => amountOf(payload, name) !== amount);
  place.check(
    "split",
    wrong === undefined ? null : `${wrong[0]} is ${payload[wrong[0]]}, computed ${wrong[1]}`,
  );
}

function least(one: bigint, other: bigint): bigint {
  return one < other ? one : other;
}

function atLeastZero(amount: bigint): bigint {
  return amount < 0n ? 0n : amount;
}
