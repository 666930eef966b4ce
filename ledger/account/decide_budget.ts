/** Setting and lifting budgets. @module */
import type { CommandBody } from "../../shared/commands/mod.ts";
import { accepted } from "../decision.ts";
import type { Decision } from "../domain.ts";
import { keyRevoked, noAccount, noKey } from "./refusals.ts";
import type { AccountBook } from "./state.ts";

/**
 * Sets or, with null, lifts the limit of one period for an account or one of its keys. A limit below
 * what is spent already is allowed: it stops new holds and touches none that is open. Rejects with
 * `account_not_found`, `key_not_found` or `key_revoked`.
 */
export function setBudget(book: AccountBook, body: CommandBody<"SetBudget">): Decision {
  const { accountId, keyId, period, limitMicroKyat } = body;
  const account = book.accounts.get(accountId);
  if (account === undefined) return noAccount(accountId);
  if (keyId !== null) {
    const key = account.keys.get(keyId);
    if (key === undefined) return noKey(accountId, keyId);
    if (key.revoked) return keyRevoked(keyId);
  }
  return accepted(
    [{ type: "BudgetSet", payload: body }],
    { accountId, keyId, period, limitMicroKyat: limitMicroKyat?.toString() ?? null },
  );
}
