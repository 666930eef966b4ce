/** The end of a call: settled by its usage, or released because it cost nothing. @module */
import type { CommandBody } from "../../shared/commands/mod.ts";
import {
  INPUT_SIDE,
  OUTPUT_SIDE,
  UNIT_CLASSES,
  type Usage,
  type UsageClass,
} from "../../shared/usage/mod.ts";
import { accepted, rejected } from "../decision.ts";
import type { Decision, DecisionTime } from "../domain.ts";
import { findOpen, findUnclosed, type Found } from "./find_request.ts";
import { amountOverflow } from "./refusals.ts";
import { type LapsedHold, LATE_WINDOW_MS, type OpenHold } from "./request.ts";
import { servedTerms } from "./served.ts";
import { lateSettlementOf, overflowOf, priceOf, settlementOf } from "./settlement.ts";
import { type AccountBook, availableMicroKyat } from "./state.ts";

/**
 * Charges the final usage at the pinned terms, or more where a weak report forgets what its own
 * progress showed (see `billedUsage`). After the hold has expired the same command settles
 * late, once, within seven days. Rejects with `account_not_found`, `hold_not_found`, `hold_settled`,
 * `hold_released`, `late_window_passed`, `model_not_held`, `billing_not_held` (see `servedTerms`) or
 * `amount_overflow` (usage that no provider could serve).
 */
export function settleHold(
  book: AccountBook,
  body: CommandBody<"SettleHold">,
  time: DecisionTime,
): Decision {
  const found = findUnclosed(book, body);
  if (found.status !== "found") return found;
  const { account, request } = found;
  if (request.state !== "held") return settleLate({ ...found, request }, body, time);
  const terms = servedTerms(request, body);
  if (terms.status === "rejected") return terms;
  const usage = billedUsage(body, request.progress);
  const priced = priceOf(usage, terms);
  const overflow = overflowOf(priced);
  if (overflow !== null) return amountOverflow("Settlement", overflow);

  const { accountId, requestId, evidence, call } = body;
  const available = availableMicroKyat(account);
  const amounts = settlementOf(request, priced, available);
  return accepted([{
    type: "HoldSettled",
    payload: {
      accountId,
      requestId,
      basis: "final",
      usage,
      evidence,
      ...amounts,
      call,
      ...terms.recorded,
    },
  }], {
    requestId,
    state: "settled",
    chargedMicroKyat: amounts.chargedMicroKyat.toString(),
    unbilledMicroKyat: amounts.unbilledMicroKyat.toString(),
    availableMicroKyat: (available + amounts.releasedMicroKyat - amounts.overageMicroKyat)
      .toString(),
  });
}

/**
 * The usage to charge: what the provider reported stands as it is. A weaker grade (as of a stream
 * that broke) does not undo progress: each side of the call counts as the larger of the two says, with
 * that one's classes alone. An early estimate knows no classes: what it took for input is not due once
 * more beside what a later report tells of caches.
 */
function billedUsage(
  { usage, evidence }: CommandBody<"SettleHold">,
  progress: OpenHold["progress"],
): Usage {
  if (evidence === "reported" || progress === null) return usage;
  const billed: Partial<Record<UsageClass, number>> = {};
  for (const side of SIDES) {
    const source = unitsOf(progress.usage, side) > unitsOf(usage, side) ? progress.usage : usage;
    for (const usageClass of side) {
      const units = source[usageClass];
      if (units !== undefined) billed[usageClass] = units;
    }
  }
  return billed;
}

/** Classes that stand for one another; what is not tokens stands for itself alone. */
const SIDES: readonly (readonly UsageClass[])[] = [
  INPUT_SIDE,
  OUTPUT_SIDE,
  ...UNIT_CLASSES.map((unitClass) => [unitClass]),
];

function unitsOf(usage: Usage, side: readonly UsageClass[]): number {
  return side.reduce((sum, usageClass) => sum + (usage[usageClass] ?? 0), 0);
}

function settleLate(
  found: Found<LapsedHold>,
  body: CommandBody<"SettleHold">,
  time: DecisionTime,
): Decision {
  const { account, request } = found;
  if (time.nowMs > request.endedAtMs + LATE_WINDOW_MS) {
    return rejected(
      "late_window_passed",
      `Usage of ${request.requestId} came more than seven days after its hold had expired`,
      { requestId: request.requestId, expiredAtMs: request.endedAtMs },
    );
  }
  const terms = servedTerms(request, body);
  if (terms.status === "rejected") return terms;
  const priced = priceOf(body.usage, terms);
  const overflow = overflowOf(priced);
  if (overflow !== null) return amountOverflow("Settlement", overflow);

  const { accountId, requestId, usage, evidence, call } = body;
  const available = availableMicroKyat(account);
  const amounts = lateSettlementOf(request, priced, available);
  return accepted([{
    type: "LateUsageSettled",
    payload: { accountId, requestId, usage, evidence, ...amounts, call, ...terms.recorded },
  }], {
    requestId,
    state: "late_settled",
    // Of the whole call, as its receipt says: what was taken at the expiry is part of its price.
    chargedMicroKyat: (request.chargedMicroKyat + amounts.chargedMicroKyat).toString(),
    unbilledMicroKyat:
      (request.chargeMicroKyat - request.chargedMicroKyat + amounts.unbilledMicroKyat).toString(),
    availableMicroKyat: (available - amounts.chargedMicroKyat).toString(),
  });
}

/**
 * Gives a whole hold back, for a call that the provider does not bill. Rejects with
 * `account_not_found`, `hold_not_found`, `hold_settled`, `hold_released` or `hold_expired` (the hold
 * is back in the wallet by then).
 */
export function releaseHold(book: AccountBook, body: CommandBody<"ReleaseHold">): Decision {
  const found = findOpen(book, body);
  if (found.status !== "found") return found;
  const { account, request } = found;
  const { accountId, requestId, reason, call } = body;
  const amountMicroKyat = request.amountMicroKyat;
  return accepted([{
    type: "HoldReleased",
    payload: { accountId, requestId, amountMicroKyat, reason, call },
  }], {
    requestId,
    state: "released",
    chargedMicroKyat: "0",
    unbilledMicroKyat: "0",
    availableMicroKyat: (availableMicroKyat(account) + amountMicroKyat).toString(),
  });
}
