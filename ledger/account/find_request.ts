/** Looking up the request that a command is about, and saying why it cannot be acted upon. @module */
import { type Rejected, rejected } from "../decision.ts";
import { noAccount } from "./refusals.ts";
import type { ClosedRequest, LapsedHold, OpenHold, RequestRecord } from "./request.ts";
import type { Account, AccountBook } from "./state.ts";

/** A request together with its account. */
export interface Found<T extends RequestRecord> {
  readonly status: "found";
  readonly account: Account;
  readonly request: T;
}

type OfRequest = { readonly accountId: string; readonly requestId: string };

/** Finds a request that is not closed for good. A request of another account is not found. */
export function findUnclosed(
  book: AccountBook,
  of: OfRequest,
): Found<OpenHold | LapsedHold> | Rejected {
  const account = book.accounts.get(of.accountId);
  if (account === undefined) return noAccount(of.accountId);
  const request = book.requests.byId.get(of.requestId);
  if (request === undefined || request.accountId !== of.accountId) {
    return rejected("hold_not_found", `Request ${of.requestId} has no hold`, {
      requestId: of.requestId,
    });
  }
  switch (request.state) {
    case "held":
    case "expired":
    case "settled_at_expiry":
      return { status: "found", account, request };
    case "settled":
    case "released":
    case "late_settled":
      return closed(request);
    default:
      throw request satisfies never;
  }
}

/** Finds a request whose hold is open. */
export function findOpen(book: AccountBook, of: OfRequest): Found<OpenHold> | Rejected {
  const found = findUnclosed(book, of);
  if (found.status !== "found") return found;
  const { account, request } = found;
  if (request.state === "held") return { status: "found", account, request };
  return lapsed(request);
}

function closed(request: ClosedRequest): Rejected {
  return request.state === "released"
    ? rejected("hold_released", `The hold of ${request.requestId} was released`, {
      requestId: request.requestId,
    })
    : alreadySettled(request.requestId);
}

function lapsed(request: LapsedHold): Rejected {
  return request.state === "settled_at_expiry"
    ? alreadySettled(request.requestId)
    : rejected("hold_expired", `The hold of ${request.requestId} has expired`, {
      requestId: request.requestId,
      expiredAtMs: request.endedAtMs,
    });
}

function alreadySettled(requestId: string): Rejected {
  return rejected("hold_settled", `The hold of ${requestId} was settled`, { requestId });
}
