/** Accounts and their keys: opened and issued once, not used after the end. @module */
import type { JsonMembers } from "../canonical.ts";
import { textOf } from "../payload.ts";
import type { Place } from "./place.ts";

interface Key {
  expiresAtMs: number | null;
  /** Of the newest settings; 0 while they are those that it was issued with. */
  settingsVersion: number;
  revoked: boolean;
}

/** All accounts of a shard with their keys. */
export class AccessBook {
  readonly #accounts = new Map<string, Map<string, Key>>();
  readonly #hashes = new Set<string>();

  /** Opens an account. */
  open(payload: JsonMembers, place: Place): void {
    const accountId = textOf(payload, "accountId");
    const known = this.#accounts.has(accountId);
    place.check("access", known ? `account ${accountId} is opened twice` : null);
    if (!known) this.#accounts.set(accountId, new Map());
  }

  /** The account of an event must have been opened. */
  mustExist(accountId: string, place: Place): void {
    if (this.#accounts.has(accountId)) return;
    place.missing("access", "accounts", `account ${accountId} was never opened`);
    this.#accounts.set(accountId, new Map());
  }

  /** Issues a key. */
  issue(payload: JsonMembers, place: Place): void {
    const [keyId, keyHash] = [textOf(payload, "keyId"), textOf(payload, "keyHash")];
    const keys = this.#keysOf(payload);
    const problem = keys.has(keyId)
      ? `key ${keyId} is issued twice`
      : this.#hashes.has(keyHash)
      ? `the hash of key ${keyId} is that of another key`
      : null;
    place.check("access", problem);
    this.#hashes.add(keyHash);
    const expiresAtMs = payload["expiresAtMs"] as number | null;
    keys.set(keyId, { expiresAtMs, settingsVersion: 0, revoked: false });
  }

  /** Replaces the settings of a key, of which its end is checked here. */
  configure(payload: JsonMembers, place: Place): void {
    const key = this.#known(payload, place);
    if (key === null) return;
    const version = payload["settingsVersion"] as number;
    const problem = key.revoked
      ? `key ${payload["keyId"]} was revoked and is configured`
      : version === key.settingsVersion + 1
      ? null
      : `settings ${version} of key ${payload["keyId"]} come after ${key.settingsVersion}`;
    place.check("access", problem);
    key.settingsVersion = version;
    key.expiresAtMs = payload["expiresAtMs"] as number | null;
  }

  /** Revokes a key. */
  revoke(payload: JsonMembers, place: Place): void {
    const key = this.#known(payload, place);
    if (key === null) return;
    place.check("access", key.revoked ? `key ${payload["keyId"]} is revoked twice` : null);
    key.revoked = true;
  }

  /** A key that begins something must be in force. */
  use(payload: JsonMembers, place: Place): void {
    const key = this.#known(payload, place);
    if (key === null) return;
    const over = key.expiresAtMs !== null && place.recordedAt >= key.expiresAtMs;
    const problem = key.revoked
      ? `key ${payload["keyId"]} was revoked and is used`
      : over
      ? `key ${payload["keyId"]} ended at ${key.expiresAtMs} and is used at ${place.recordedAt}`
      : null;
    place.check("access", problem);
  }

  #known(payload: JsonMembers, place: Place): Key | null {
    const keyId = textOf(payload, "keyId");
    const key = this.#keysOf(payload).get(keyId);
    if (key !== undefined) return key;
    place.missing("access", "uses of keys", `key ${keyId} was never issued`);
    return null;
  }

  #keysOf(payload: JsonMembers): Map<string, Key> {
    const accountId = textOf(payload, "accountId");
    let keys = this.#accounts.get(accountId);
    if (keys === undefined) this.#accounts.set(accountId, keys = new Map());
    return keys;
  }
}
