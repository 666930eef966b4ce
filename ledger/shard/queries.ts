/** Questions that the writer's state can answer at once. @module */
import type { BalanceView, LimitsView } from "../../shared/commands/mod.ts";
import type { EdgeConfigPage } from "../../shared/edge_config/mod.ts";
import { availableMicroKyat, holdsAccount, walletAccount } from "../account/mod.ts";
import { type LimitedOwner, limitsInUse } from "../limits/mod.ts";
import type { ShardState } from "./state.ts";

/** The balance of an account at the state's position, or null when it does not exist. */
export function balanceView(state: ShardState, accountId: string): BalanceView | null {
  const account = state.book.accounts.get(accountId);
  if (account === undefined) return null;
  return {
    accountId,
    currency: "MMK",
    creditedMicroKyat: account.creditedMicroKyat.toString(),
    settledMicroKyat: account.settledMicroKyat,
    heldMicroKyat: account.spending.heldMicroKyat,
    availableMicroKyat: availableMicroKyat(account),
    openHolds: account.openHolds,
    position: state.position.toString(),
  };
}

/** The plans of an account and its keys at `nowMs`, or null when the account does not exist. */
export function limitsView(state: ShardState, accountId: string, nowMs: number): LimitsView | null {
  const account = state.book.accounts.get(accountId);
  if (account === undefined) return null;
  const planOf = (keyId: string | null, owner: LimitedOwner) => {
    const plan = owner.limiter?.plan ?? null;
    if (plan === null) return [];
    const { planId, planVersion } = plan;
    return [{ keyId, planId, planVersion, limits: limitsInUse(owner, nowMs) }];
  };
  const keys = [...account.keys.values()].filter(({ revoked }) => !revoked);
  const plans = [...planOf(null, account), ...keys.flatMap((key) => planOf(key.keyId, key))];
  return { accountId, position: state.position.toString(), plans };
}

/**
 * Keys and models whose newest state stands after `position`, oldest change first, at most `limit`
 * (at least 1). `position` of the page is where to go on; without news it is the one given.
 */
export function changesAfter(state: ShardState, position: bigint, limit: number): EdgeConfigPage {
  return state.edgeChanges.after(position, limit);
}

/**
 * Compares wallets and holds with the books. Throws RangeError naming the first ledger account that
 * differs.
 */
export function checkBalances(
  state: ShardState,
  balanceOf: (account: string, currency: string) => bigint,
): void {
  const mustBe = (ledgerAccount: string, expected: bigint) => {
    const booked = balanceOf(ledgerAccount, "MMK");
    if (booked === expected) return;
    throw new RangeError(`${ledgerAccount} is booked at ${booked}, the events say ${expected}`);
  };
  for (const account of state.book.accounts.values()) {
    mustBe(walletAccount(account.accountId), -availableMicroKyat(account));
    mustBe(holdsAccount(account.accountId), -account.spending.heldMicroKyat);
  }
}
