/** Which key a call uses at a provider: the first usable one of six levels. @module */
import type { EdgeProviderKey } from "../../shared/edge_config/mod.ts";
import {
  fingerprintOf,
  isCustomersOwn,
  type ProviderKeyLevel,
  userOwnerId,
} from "../../shared/routing/mod.ts";

/** Where a key came from, in the order in which keys are looked for; `none`: none is needed. */
export type KeyLevel = ProviderKeyLevel | "environment" | "free" | "none";

/** Who asks, as far as keys go. */
export interface KeyOwner {
  readonly accountId: string;
  /** The user of the API key; null when it belongs to nobody in particular. */
  readonly userId: string | null;
  /** The account's plan; null without one. */
  readonly tier: string | null;
}

/** A provider, as far as keys go. */
export interface KeyedProvider {
  readonly name: string;
  /** Whether it takes calls without a key, such as a server of one's own. */
  readonly keyless: boolean;
  /** The key that the edge's own settings name; null without one. */
  readonly environmentKey: string | null;
  /** The key of the free allowance, where the provider gives one; null without one. */
  readonly freeKey: string | null;
}

/** The key for a call. */
export interface ChosenKey {
  readonly level: KeyLevel;
  /** Stands for the key in the health store; null where no key is needed. */
  readonly keyId: string | null;
  /** Never to be logged; null where no key is needed. */
  readonly secret: string | null;
  /** Whether it is the customer's own: then the call costs a fee, not its tokens. */
  readonly own: boolean;
}

/** A key that was left out. */
export interface SkippedKey {
  readonly level: KeyLevel;
  readonly keyId: string;
  readonly reason: "unhealthy" | "sealed";
}

/** What came of looking for a key. */
export interface KeyChoice {
  /** Null when there is none that can be used. */
  readonly key: ChosenKey | null;
  readonly skipped: readonly SkippedKey[];
}

/** What came of looking for all keys. */
export interface KeyChoices {
  /** Best first. */
  readonly keys: readonly ChosenKey[];
  readonly skipped: readonly SkippedKey[];
}

/** What keys are looked for in. */
export interface KeySources {
  /** The stored keys of an owner, oldest first. */
  providerKeys(
    provider: string,
    level: ProviderKeyLevel,
    ownerId: string | null,
  ): readonly EdgeProviderKey[];
  /** Opens a stored key; null when that is not possible. */
  secretOf(key: EdgeProviderKey): string | null;
  /** Whether a key may be tried, by the health store. */
  isHealthy(keyId: string): boolean;
}

/**
 * The name of a key of the edge's settings in the health store. It tells keys apart: edges share
 * their health, and another edge may have another key.
 */
export function settingKeyId(level: "environment" | "free", provider: string, secret: string) {
  return `${level}/${provider}/${fingerprintOf(secret).sha256Prefix}`;
}

/** The names of the keys of a provider's settings, which never change, each found out once. */
const settingKeyIds = new WeakMap<KeyedProvider, Partial<Record<"environment" | "free", string>>>();

function settingKeyIdOf(level: "environment" | "free", provider: KeyedProvider, secret: string) {
  const known = settingKeyIds.get(provider) ?? {};
  settingKeyIds.set(provider, known);
  return known[level] ??= settingKeyId(level, provider.name, secret);
}

/**
 * The first usable key: the user's own, the organisation's, that of the plan, the whole system's,
 * the edge's own, the free allowance's. One that was refused or is used up cools down in the health
 * store and is skipped meanwhile. Nothing is changed.
 */
export function chooseKey(
  provider: KeyedProvider,
  owner: KeyOwner,
  sources: KeySources,
): KeyChoice {
  const { keys, skipped } = usableKeys(provider, owner, sources, 1);
  return { key: keys[0] ?? null, skipped };
}

/**
 * The first `most` usable keys in the order of {@link chooseKey}, so that a call whose key is refused
 * or used up can go on with the next one at the same provider.
 */
export function usableKeys(
  provider: KeyedProvider,
  owner: KeyOwner,
  sources: KeySources,
  most: number,
): KeyChoices {
  const keys: ChosenKey[] = [];
  const skipped: SkippedKey[] = [];
  for (const { level, keyId, open } of keysInOrder(provider, owner, sources)) {
    if (keys.length === most) break;
    if (keyId !== null && !sources.isHealthy(keyId)) {
      skipped.push({ level, keyId, reason: "unhealthy" });
      continue;
    }
    const secret = open();
    if (secret !== null || keyId === null) {
      keys.push({ level, keyId, secret, own: isCustomersOwn(level) });
    } else skipped.push({ level, keyId, reason: "sealed" });
  }
  return { keys, skipped };
}

interface FoundKey {
  readonly level: KeyLevel;
  readonly keyId: string | null;
  readonly open: () => string | null;
}

function* keysInOrder(
  provider: KeyedProvider,
  owner: KeyOwner,
  { providerKeys, secretOf }: KeySources,
): Generator<FoundKey> {
  const { name, environmentKey, freeKey, keyless } = provider;
  for (const [level, ownerId] of storedLevels(owner)) {
    for (const stored of providerKeys(name, level, ownerId)) {
      yield { level, keyId: stored.keyId, open: () => secretOf(stored) };
    }
  }
  if (environmentKey !== null) {
    const keyId = settingKeyIdOf("environment", provider, environmentKey);
    yield { level: "environment", keyId, open: () => environmentKey };
  }
  if (freeKey !== null) {
    const keyId = settingKeyIdOf("free", provider, freeKey);
    yield { level: "free", keyId, open: () => freeKey };
  }
  if (keyless) yield { level: "none", keyId: null, open: () => null };
}

function storedLevels(
  { accountId, userId, tier }: KeyOwner,
): readonly (readonly [ProviderKeyLevel, string | null])[] {
  return [
    ...(userId === null ? [] : [["user", userOwnerId(accountId, userId)] as const]),
    ["organisation", accountId],
    ...(tier === null ? [] : [["tier", tier] as const]),
    ["system", null],
  ];
}
