/** The end of a hold whose time is up. @module */
import type { Command, CommandBody } from "../../shared/commands/mod.ts";
import { UNKNOWN_CALL } from "../../shared/events/mod.ts";
import { accepted, rejected } from "../decision.ts";
import type { Decision, DecisionTime } from "../domain.ts";
import { findOpen } from "./find_request.ts";
import { servedTerms } from "./served.ts";
import { priceOf, settlementOf } from "./settlement.ts";
import { type AccountBook, availableMicroKyat } from "./state.ts";

/** The holds whose time is up at `nowMs`, at most `limit`, oldest first; O(limit × log limit). */
export function dueExpiries(book: AccountBook, nowMs: number, limit: number): Command[] {
  return book.requests.byExpiry.first(limit, (hold) => hold.expiresAtMs <= nowMs)
    .map(({ accountId, requestId }) => ({ type: "ExpireHold", body: { accountId, requestId } }));
}

/**
 * Ends a hold by its time: settled on the last progress report where there is one, else given back.
 * Rejects as `findOpen` does, and with `invalid_command` while the hold still has time, as after an
 * extension that came first.
 */
export function expireHold(
  book: AccountBook,
  body: CommandBody<"ExpireHold">,
  time: DecisionTime,
): Decision {
  const found = findOpen(book, body);
  if (found.status !== "found") return found;
  const { account, request } = found;
  const { accountId, requestId } = body;
  if (time.nowMs < request.expiresAtMs) {
    return rejected("invalid_command", `The hold of ${requestId} has not expired yet`, {
      requestId,
      expiresAtMs: request.expiresAtMs,
    });
  }
  const available = availableMicroKyat(account);
  if (request.progress === null) {
    const amountMicroKyat = request.amountMicroKyat;
    return accepted([{
      type: "HoldExpired",
      payload: { accountId, requestId, amountMicroKyat },
    }], {
      requestId,
      state: "expired",
      chargedMicroKyat: "0",
      unbilledMicroKyat: "0",
      availableMicroKyat: (available + amountMicroKyat).toString(),
    });
  }
  const { usage, evidence } = request.progress;
  const terms = servedTerms(request, request.progress);
  if (terms.status === "rejected") return terms;
  const amounts = settlementOf(request, priceOf(usage, terms), available);
  return accepted([{
    type: "HoldSettled",
    payload: {
      accountId,
      requestId,
      basis: "expiry",
      usage,
      evidence,
      ...amounts,
      call: UNKNOWN_CALL,
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
