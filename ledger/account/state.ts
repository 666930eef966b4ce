/** The accounts of a shard in memory: wallets, keys, budgets, limits and requests. @module */
import type { KeySettings } from "../../shared/key_settings/mod.ts";
import type { LimitedOwner } from "../limits/mod.ts";
import { newSpending, type Spending } from "./budget.ts";
import { type IdempotencyBook, newIdempotencyBook } from "./idempotency.ts";
import { newRequestBook, type RequestBook } from "./request.ts";

/** A key that may spend from its account. */
export interface ApiKey extends LimitedOwner {
  readonly keyId: string;
  readonly keyHash: string;
  /** Who in the account it belongs to, or null. */
  readonly teamId: string | null;
  readonly userId: string | null;
  /** Of the newest settings; 0 while they are those that it was issued with. */
  settingsVersion: number;
  settings: KeySettings;
  revoked: boolean;
  readonly spending: Spending;
  /** Its account's, its own and those of its team and user: what it spends counts in each. */
  readonly spendings: readonly Spending[];
}

/** An account; amounts in microkyat. available = credited − settled − held, never below zero. */
export interface Account extends LimitedOwner {
  readonly accountId: string;
  readonly name: string;
  /** Σ grants, adjustments and credit notes. */
  creditedMicroKyat: bigint;
  /** Σ charges taken from the wallet. */
  settledMicroKyat: bigint;
  /** What is held now, and the account's budgets. */
  readonly spending: Spending;
  /** What keys of a team or a user have spent, and its budgets. */
  readonly teams: Map<string, Spending>;
  readonly users: Map<string, Spending>;
  readonly keys: Map<string, ApiKey>;
  /** Keys that are not revoked. */
  activeKeys: number;
  /** References of the credit notes that it has had. */
  readonly creditNotes: Set<string>;
  /** Σ credit notes: a further one may give back what was settled less this. */
  notedMicroKyat: bigint;
}

/** All accounts of a shard; changed by `evolveAccounts` only. */
export interface AccountBook {
  readonly accounts: Map<string, Account>;
  /** The hash of every key ever issued: an edge finds the account by it. */
  readonly keyHashes: Set<string>;
  readonly requests: RequestBook;
  readonly idempotency: IdempotencyBook;
}

/** No accounts. */
export function emptyAccountBook(): AccountBook {
  return {
    accounts: new Map(),
    keyHashes: new Set(),
    requests: newRequestBook(),
    idempotency: newIdempotencyBook(),
  };
}

/** A fresh account with an empty wallet. */
export function newAccount(accountId: string, name: string): Account {
  return {
    accountId,
    name,
    creditedMicroKyat: 0n,
    settledMicroKyat: 0n,
    spending: newSpending({ kind: "account", id: accountId }),
    teams: new Map(),
    users: new Map(),
    openHolds: 0,
    limiter: null,
    keys: new Map(),
    activeKeys: 0,
    creditNotes: new Set(),
    notedMicroKyat: 0n,
  };
}

/** What the wallet can still carry, in microkyat; at least 0 (law 3). */
export function availableMicroKyat(account: Account): bigint {
  return account.creditedMicroKyat - account.settledMicroKyat - account.spending.heldMicroKyat;
}

/** The spending of a key's owner, which begins when it is first named. */
export function spendingOf(account: Account, kind: "team" | "user", id: string): Spending {
  const all = kind === "team" ? account.teams : account.users;
  let spending = all.get(id);
  if (spending === undefined) all.set(id, spending = newSpending({ kind, id }));
  return spending;
}
