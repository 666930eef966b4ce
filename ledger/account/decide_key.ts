/** Issuing, configuring and revoking keys. @module */
import type { CommandBody } from "../../shared/commands/mod.ts";
import { accepted, rejected } from "../decision.ts";
import type { Decision } from "../domain.ts";
import { keyRevoked, noAccount, noKey } from "./refusals.ts";
import type { AccountBook } from "./state.ts";

/** Most keys of one account that are not revoked. */
export const MAXIMUM_ACTIVE_KEYS = 1_000;

/**
 * Issues a key; the ledger sees only its hash. Rejects with `account_not_found`, `key_exists` (the id
 * is taken in the account, or the hash anywhere in the shard) or `too_many_keys`.
 */
export function issueKey(book: AccountBook, body: CommandBody<"IssueKey">): Decision {
  const { accountId, keyId } = body;
  const account = book.accounts.get(accountId);
  if (account === undefined) return noAccount(accountId);
  if (account.keys.has(keyId) || book.keyHashes.has(body.keyHash)) {
    return rejected("key_exists", `Key ${keyId} exists already`, { keyId });
  }
  if (account.activeKeys >= MAXIMUM_ACTIVE_KEYS) {
    return rejected(
      "too_many_keys",
      `Key refused: account ${accountId} has ${account.activeKeys} keys that are not revoked`,
      { keys: account.activeKeys, maximum: MAXIMUM_ACTIVE_KEYS },
    );
  }
  return accepted([{ type: "KeyIssued", payload: body }], { accountId, keyId });
}

/**
 * Replaces all settings of a key, its expiry included: a key that has expired works again when they
 * say so. Rejects with `account_not_found`, `key_not_found` or `key_revoked`.
 */
export function configureKey(book: AccountBook, body: CommandBody<"ConfigureKey">): Decision {
  const { accountId, keyId } = body;
  const account = book.accounts.get(accountId);
  if (account === undefined) return noAccount(accountId);
  const key = account.keys.get(keyId);
  if (key === undefined) return noKey(accountId, keyId);
  if (key.revoked) return keyRevoked(keyId);
  const settingsVersion = key.settingsVersion + 1;
  return accepted(
    [{ type: "KeyConfigured", payload: { ...body, settingsVersion } }],
    { accountId, keyId, settingsVersion },
  );
}

/** Revokes a key for good. Rejects with `account_not_found`, `key_not_found` or `key_revoked`. */
export function revokeKey(book: AccountBook, body: CommandBody<"RevokeKey">): Decision {
  const { accountId, keyId } = body;
  const account = book.accounts.get(accountId);
  if (account === undefined) return noAccount(accountId);
  const key = account.keys.get(keyId);
  if (key === undefined) return noKey(accountId, keyId);
  if (key.revoked) return keyRevoked(keyId);
  return accepted([{ type: "KeyRevoked", payload: body }], { accountId, keyId });
}
