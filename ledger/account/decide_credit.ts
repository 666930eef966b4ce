/** Opening an account, giving it credit, correcting its balance, and giving charges back. @module */
import type { CommandBody } from "../../shared/commands/mod.ts";
import { accepted, rejected } from "../decision.ts";
import type { Decision } from "../domain.ts";
import { MAXIMUM_AMOUNT } from "./amounts.ts";
import {
  amountIsZero,
  amountOverflow,
  creditNoteTooHigh,
  insufficientCredit,
  noAccount,
} from "./refusals.ts";
import { type Account, type AccountBook, availableMicroKyat } from "./state.ts";

/** Opens an account with an empty wallet in kyat. Rejects with `account_exists`. */
export function openAccount(book: AccountBook, body: CommandBody<"OpenAccount">): Decision {
  const { accountId, name } = body;
  if (book.accounts.has(accountId)) {
    return rejected("account_exists", `Account ${accountId} exists already`, { accountId });
  }
  return accepted(
    [{ type: "AccountOpened", payload: { accountId, name, currency: "MMK" } }],
    { accountId },
  );
}

/** Adds credit. Rejects with `account_not_found`, `amount_is_zero` or `amount_overflow`. */
export function grantCredit(book: AccountBook, body: CommandBody<"GrantCredit">): Decision {
  const account = book.accounts.get(body.accountId);
  if (account === undefined) return noAccount(body.accountId);
  const amount = body.amountMicroKyat;
  if (amount === 0n) return amountIsZero("Credit");
  const credited = account.creditedMicroKyat + amount;
  if (credited > MAXIMUM_AMOUNT) return amountOverflow("Credit", credited);
  return accepted([{ type: "CreditGranted", payload: body }], creditResult(account, amount));
}

/**
 * Corrects a balance by a signed amount. Rejects as {@link grantCredit} does, and with
 * `insufficient_credit` when the wallet would fall below zero: what is held cannot be taken away.
 */
export function postAdjustment(book: AccountBook, body: CommandBody<"PostAdjustment">): Decision {
  const account = book.accounts.get(body.accountId);
  if (account === undefined) return noAccount(body.accountId);
  const amount = body.amountMicroKyat;
  if (amount === 0n) return amountIsZero("Adjustment");
  const credited = account.creditedMicroKyat + amount;
  if (credited > MAXIMUM_AMOUNT) return amountOverflow("Adjustment", credited);
  const available = availableMicroKyat(account);
  if (available + amount < 0n) {
    return insufficientCredit("Adjustment", {
      availableMicroKyat: available,
      neededMicroKyat: -amount,
    });
  }
  return accepted([{ type: "AdjustmentPosted", payload: body }], creditResult(account, amount));
}

/**
 * Gives back what was charged too much. Rejects with `account_not_found`, with `credit_note_exists`
 * when the account had a note for this reference, with `amount_is_zero`, `amount_overflow`, or with
 * `credit_note_too_high` when the account's notes would sum to more than its wallet ever paid.
 */
export function issueCreditNote(book: AccountBook, body: CommandBody<"IssueCreditNote">): Decision {
  const account = book.accounts.get(body.accountId);
  if (account === undefined) return noAccount(body.accountId);
  const { accountId, reference, amountMicroKyat: amount } = body;
  if (account.creditNotes.has(reference)) {
    return rejected(
      "credit_note_exists",
      `Credit note refused: account ${accountId} has had one for ${reference}`,
      { accountId, reference },
    );
  }
  if (amount === 0n) return amountIsZero("Credit note");
  const credited = account.creditedMicroKyat + amount;
  if (credited > MAXIMUM_AMOUNT) return amountOverflow("Credit note", credited);
  const most = account.settledMicroKyat - account.notedMicroKyat;
  if (amount > most) return creditNoteTooHigh(most, amount);
  return accepted([{ type: "CreditNoteIssued", payload: body }], creditResult(account, amount));
}

function creditResult(account: Account, amount: bigint) {
  return {
    accountId: account.accountId,
    creditedMicroKyat: (account.creditedMicroKyat + amount).toString(),
    availableMicroKyat: (availableMicroKyat(account) + amount).toString(),
  };
}
