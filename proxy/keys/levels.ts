/** Which key a call uses at a provider: the first usable one of six levels. @module */
import type { EdgeProviderKey } from "../../shared/edge_config/mod.ts";
import { isCustomersOwn, type ProviderKeyLevel, userOwnerId } from "../../shared/routing/mod.ts";

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

/** The name of an edge's own key in the health store. */
export function environmentKeyId(provider: string): string {
  return `environment/${provider}`;
}

/** The name of a free allowance's key in the health store. */
export function freeKeyId(provider: string): string {
  return `free/${provider}`;
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
  const skipped: SkippedKey[] = [];
  for (const [level, ownerId] of storedLevels(owner)) {
    for (const stored of sources.providerKeys(provider.name, level, ownerId)) {
      const { keyId } = stored;
      if (!sources.isHealthy(keyId)) {
        skipped.push({ level, keyId, reason: "unhealthy" });
        continue;
      }
      const secret = sources.secretOf(stored);
      if (secret !== null) {
        return { key: { level, keyId, secret, own: isCustomersOwn(level) }, skipped };
      }
      skipped.push({ level, keyId, reason: "sealed" });
    }
  }
  const settings = [
    ["environment", environmentKeyId(provider.name), provider.environmentKey],
    ["free", freeKeyId(provider.name), provider.freeKey],
  ] as const;
  for (const [level, keyId, secret] of settings) {
    if (secret === null) continue;
    if (sources.isHealthy(keyId)) return { key: { level, keyId, secret, own: false }, skipped };
    skipped.push({ level, keyId, reason: "unhealthy" });
  }
  const keyless = { level: "none", keyId: null, secret: null, own: false } as const;
  return { key: provider.keyless ? keyless : null, skipped };
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
