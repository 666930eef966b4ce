/** Setting and lifting budgets. @module */
import type { CommandBody } from "../../shared/commands/mod.ts";
import { accepted, rejected } from "../decision.ts";
import type { Decision } from "../domain.ts";
import { keyRevoked, noAccount, noKey } from "./refusals.ts";
import type { AccountBook } from "./state.ts";

/**
 * Sets or, with null, lifts the limit of one period for an account, a team, a user or one key. A limit
 * below what is spent already is allowed: it stops new holds and touches none that is open. A team or
 * a user need not have keys yet. Rejects with `invalid_command` when more than one of them is named,
 * `account_not_found`, `key_not_found` or `key_revoked`.
 */
export function setBudget(book: AccountBook, body: CommandBody<"SetBudget">): Decision {
  const { accountId, keyId, teamId = null, userId = null, period, limitMicroKyat } = body;
  if ([keyId, teamId, userId].filter((one) => one !== null).length > 1) {
    return rejected(
      "invalid_command",
      "Budget refused: it names more than one of keyId, teamId and userId",
      { keyId, teamId, userId },
    );
  }
  const account = book.accounts.get(accountId);
  if (account === undefined) return noAccount(accountId);
  if (keyId !== null) {
    const key = account.keys.get(keyId);
    if (key === undefined) return noKey(accountId, keyId);
    if (key.revoked) return keyRevoked(keyId);
  }
  return accepted(
    [{ type: "BudgetSet", payload: body }],
    {
      accountId,
      keyId,
      teamId,
      userId,
      period,
      limitMicroKyat: limitMicroKyat?.toString() ?? null,
    },
  );
}
