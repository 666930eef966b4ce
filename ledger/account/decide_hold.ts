/** Placing a hold: may this call be made, with how much output, and at which terms? @module */
import type { CommandBody } from "../../shared/commands/mod.ts";
import { formatKyat } from "../../shared/money/mod.ts";
import { accepted, type Rejected, rejected } from "../decision.ts";
import type { Decision, DecisionTime } from "../domain.ts";
import {
  coverMicroKyat,
  holdTerms,
  type NoTerms,
  outputCovered,
  type PricingBook,
} from "../pricing/mod.ts";
import { admitCaller, withinLimits } from "./admission.ts";
import { type Spender, tightestBudget } from "./budget.ts";
import { insufficientCredit } from "./refusals.ts";
import { type Account, type AccountBook, availableMicroKyat } from "./state.ts";

/** Most open holds of one account. */
export const MAXIMUM_OPEN_HOLDS = 10_000;

/**
 * Places a hold that covers whatever the call may cost. The output limit is what the client asked
 * for or the model's own, lowered to what the wallet, every budget and every limit on tokens carry;
 * below the least that is useful the call is refused. The terms are pinned in the event.
 *
 * The input bound is cut to the widest context window of the models that may serve, because a
 * provider refuses more: a bound above the window does not prove that the input is.
 *
 * A call that no provider bills is held at 0, whatever the wallet and the budgets have left. It counts
 * as a call, and none of its tokens count against limits.
 *
 * Rejects, in this order, with `account_not_found`, `key_not_found`, `key_revoked`, `key_expired`,
 * `model_not_allowed`, `request_exists`, `idempotency_conflict`, `idempotency_in_progress`,
 * `idempotency_replay`, `model_not_priced`, `usage_class_not_priced`, `markup_not_set`,
 * `fx_rate_not_set`, `own_key_fee_not_set`, `insufficient_credit`, `budget_exceeded`,
 * `rate_limited` or `too_many_holds`.
 */
export function placeHold(
  book: AccountBook,
  prices: PricingBook,
  body: CommandBody<"PlaceHold">,
  time: DecisionTime,
): Decision {
  const admitted = admitCaller(book, prices, body, time);
  if (admitted.status === "rejected") return admitted;
  const { account, key } = admitted;
  const terms = holdTerms(prices, body);
  if ("reason" in terms) return notForSale(terms);
  const { price, pinned } = terms;

  const inputTokens = Math.min(
    body.inputTokensBound,
    terms.contextWindowTokens * (body.contextReadings ?? 1),
  );
  const limit = Math.min(
    body.outputTokensRequested ?? price.maxOutputTokens,
    price.maxOutputTokens,
  );
  const least = Math.min(body.minimumOutputTokens, limit);
  const carriedBy = (amount: bigint) => {
    const carried = outputCovered(amount, { inputTokens, limit }, pinned);
    return carried === null || carried < least ? null : carried;
  };
  const needed = () => coverMicroKyat({ inputTokens, outputTokens: least }, pinned);

  const available = availableMicroKyat(account);
  let granted = carriedBy(available);
  if (granted === null) {
    return insufficientCredit("Hold", {
      availableMicroKyat: available,
      neededMicroKyat: needed(),
    });
  }
  for (const spending of key.spendings) {
    const budget = tightestBudget(spending, time.nowMs);
    if (budget === null) continue;
    const carried = carriedBy(budget.roomMicroKyat);
    if (carried === null) return budgetExceeded(spending.spender, budget, needed());
    if (carried < granted) granted = carried;
  }
  const free = body.billing === "free";
  const bounds = free
    ? { inputTokens: 0, outputTokens: 0, leastOutputTokens: 0 }
    : { inputTokens, outputTokens: granted, leastOutputTokens: least };
  const limits = withinLimits(account, key, bounds, time.nowMs);
  if (limits.status === "rejected") return limits;
  if (!free) granted = limits.outputTokens;
  if (account.openHolds >= MAXIMUM_OPEN_HOLDS) return tooManyHolds(account);

  const amount = coverMicroKyat({ inputTokens, outputTokens: granted }, pinned);
  const expiresAtMs = time.nowMs + body.holdTtlMs;
  return accepted([{
    type: "HoldPlaced",
    payload: {
      accountId: body.accountId,
      requestId: body.requestId,
      keyId: body.keyId,
      edgeId: body.edgeId,
      model: body.model,
      endpoint: body.endpoint,
      amountMicroKyat: amount,
      inputTokensBound: inputTokens,
      outputTokensRequested: body.outputTokensRequested,
      outputTokensGranted: granted,
      expiresAtMs,
      ...pinned,
      ...(body.idempotency === undefined ? {} : { idempotency: body.idempotency }),
    },
  }], {
    requestId: body.requestId,
    holdMicroKyat: amount.toString(),
    outputTokensGranted: granted,
    expiresAtMs,
    availableMicroKyat: (available - amount).toString(),
    ...limits.told,
  });
}

function notForSale({ reason, model }: NoTerms): Rejected {
  return rejected(reason, `Model ${model} ${whyNotForSale(reason)}`, { model });
}

function whyNotForSale(reason: NoTerms["reason"]): string {
  switch (reason) {
    case "model_not_priced":
      return "has no price";
    case "usage_class_not_priced":
      return "lacks a rate for what the call uses";
    case "markup_not_set":
      return "cannot be sold: no markup was set";
    case "fx_rate_not_set":
      return "cannot be sold: no exchange rate was set";
    case "own_key_fee_not_set":
      return "cannot be served by the customer's own key: no fee was set";
    default:
      throw reason satisfies never;
  }
}

function budgetExceeded(
  { kind, id }: Spender,
  budget: NonNullable<ReturnType<typeof tightestBudget>>,
  neededMicroKyat: bigint,
): Rejected {
  return rejected(
    "budget_exceeded",
    `Hold refused: it needs ${formatKyat(neededMicroKyat)} kyat, and ${kind} ${id} has spent ${
      formatKyat(budget.spentMicroKyat)
    } of its ${budget.period} budget of ${formatKyat(budget.limitMicroKyat)}`,
    {
      keyId: kind === "key" ? id : null,
      teamId: kind === "team" ? id : null,
      userId: kind === "user" ? id : null,
      period: budget.period,
      limitMicroKyat: budget.limitMicroKyat.toString(),
      spentMicroKyat: budget.spentMicroKyat.toString(),
      neededMicroKyat: neededMicroKyat.toString(),
    },
  );
}

function tooManyHolds(account: Account): Rejected {
  return rejected(
    "too_many_holds",
    `Hold refused: account ${account.accountId} has ${account.openHolds} open holds`,
    { openHolds: account.openHolds, maximum: MAXIMUM_OPEN_HOLDS },
  );
}
