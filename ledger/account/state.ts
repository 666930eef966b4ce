/** The accounts of a shard in memory: wallets, keys, budgets and requests. @module */
import { newSpending, type Spending } from "./budget.ts";
import { newRequestBook, type RequestBook } from "./request.ts";

/** A key that may spend from its account. */
export interface ApiKey {
  readonly keyId: string;
  readonly keyHash: string;
  readonly expiresAtMs: number | null;
  revoked: boolean;
  readonly spending: Spending;
}

/** An account; amounts in microkyat. available = credited − settled − held, never below zero. */
export interface Account {
  readonly accountId: string;
  readonly name: string;
  /** Σ grants, adjustments and credit notes. */
  creditedMicroKyat: bigint;
  /** Σ charges taken from the wallet. */
  settledMicroKyat: bigint;
  /** What is held now, and the account's budgets. */
  readonly spending: Spending;
  openHolds: number;
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
}

/** No accounts. */
export function emptyAccountBook(): AccountBook {
  return { accounts: new Map(), keyHashes: new Set(), requests: newRequestBook() };
}

/** A fresh account with an empty wallet. */
export function newAccount(accountId: string, name: string): Account {
  return {
    accountId,
    name,
    creditedMicroKyat: 0n,
    settledMicroKyat: 0n,
    spending: newSpending(),
    openHolds: 0,
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
