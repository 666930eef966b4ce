/** News of a call that still runs: more time, and usage so far. @module */
import type { CommandBody } from "../../shared/commands/mod.ts";
import { type Usage, USAGE_CLASSES, type UsageClass } from "../../shared/usage/mod.ts";
import { accepted, type Rejected, rejected } from "../decision.ts";
import type { Decision, DecisionTime } from "../domain.ts";
import { findOpen } from "./find_request.ts";
import { amountOverflow } from "./refusals.ts";
import { servedTerms } from "./served.ts";
import { overflowOf, priceOf } from "./settlement.ts";
import type { AccountBook } from "./state.ts";

/**
 * Lets a hold live until `holdTtlMs` from now; never shorter than before. A hold whose time is up can
 * still be extended while no event has ended it. Rejects as `findOpen` does, and with
 * `sequence_passed` when a later extension came first.
 */
export function extendHold(
  book: AccountBook,
  body: CommandBody<"ExtendHold">,
  time: DecisionTime,
): Decision {
  const found = findOpen(book, body);
  if (found.status !== "found") return found;
  const { accountId, requestId, sequence } = body;
  if (sequence <= found.request.extendSequence) {
    return sequencePassed(body, found.request.extendSequence);
  }
  const expiresAtMs = Math.max(found.request.expiresAtMs, time.nowMs + body.holdTtlMs);
  return accepted(
    [{ type: "HoldExtended", payload: { accountId, requestId, sequence, expiresAtMs } }],
    { requestId, sequence, expiresAtMs },
  );
}

/**
 * Notes cumulative usage as evidence, should the hold expire; charges nothing. Rejects as `findOpen`
 * does, and with `model_not_held`, `billing_not_held` (see `servedTerms`), `sequence_passed`,
 * `usage_decreased` or `amount_overflow`.
 */
export function reportUsage(book: AccountBook, body: CommandBody<"ReportUsage">): Decision {
  const found = findOpen(book, body);
  if (found.status !== "found") return found;
  const { request } = found;
  const terms = servedTerms(request, body);
  if (terms.status === "rejected") return terms;
  const { accountId, requestId, sequence, usage, evidence } = body;
  if (sequence <= request.usageSequence) return sequencePassed(body, request.usageSequence);
  const decreased = decreasedClass(request.progress?.usage ?? {}, usage);
  if (decreased !== null) {
    return rejected(
      "usage_decreased",
      `Usage refused: ${decreased} of ${requestId} fell from ${
        request.progress?.usage[decreased] ?? 0
      } to ${usage[decreased] ?? 0}`,
      { requestId, class: decreased },
    );
  }
  const overflow = overflowOf(priceOf(usage, terms));
  if (overflow !== null) return amountOverflow("Usage", overflow);
  return accepted([{
    type: "UsageReported",
    payload: { accountId, requestId, sequence, usage, evidence, ...terms.recorded },
  }], { requestId, sequence });
}

function sequencePassed(
  body: { readonly requestId: string; readonly sequence: number },
  seen: number,
): Rejected {
  return rejected(
    "sequence_passed",
    `Sequence ${body.sequence} of ${body.requestId} comes after ${seen} was seen`,
    { requestId: body.requestId, sequence: body.sequence, seen },
  );
}

function decreasedClass(before: Usage, after: Usage): UsageClass | null {
  return USAGE_CLASSES.find((one) => (after[one] ?? 0) < (before[one] ?? 0)) ?? null;
}
