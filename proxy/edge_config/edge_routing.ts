/** What this edge knows of providers, their keys, routers and aliases. @module */
import type {
  EdgeConfigPage,
  EdgeProvider,
  EdgeProviderKey,
} from "../../shared/edge_config/mod.ts";
import {
  BUILT_IN_ROUTERS,
  type ProviderKeyLevel,
  type RouterDefinition,
} from "../../shared/routing/mod.ts";

/** A router as it is in force. */
export interface KnownRouter {
  readonly routerId: string;
  /** Null: built in. */
  readonly routerVersion: number | null;
  readonly definition: RouterDefinition;
}

/** The followed routing configuration; reading it never waits. */
export interface EdgeRouting {
  /** All configured providers, disabled ones included: lower priority first, then by name. */
  providers(): readonly EdgeProvider[];
  /** The keys of a provider that belong to an owner, oldest first; null is the whole system. */
  providerKeys(
    provider: string,
    level: ProviderKeyLevel,
    ownerId: string | null,
  ): readonly EdgeProviderKey[];
  /** The router of this id, a built-in one included; undefined when there is none, or disabled. */
  router(routerId: string): KnownRouter | undefined;
  /** What each alias stands for. */
  aliases(): ReadonlyMap<string, readonly string[]>;
}

const BUILT_IN: ReadonlyMap<string, KnownRouter> = new Map(
  Array.from(BUILT_IN_ROUTERS, ([routerId, definition]) => [
    routerId,
    { routerId, routerVersion: null, definition },
  ]),
);

/** The configuration with what pages of changes bring. */
export class FollowedRouting implements EdgeRouting {
  readonly #providers = new Map<string, EdgeProvider>();
  readonly #keys = new Map<string, EdgeProviderKey>();
  readonly #routers = new Map<string, KnownRouter>(BUILT_IN);
  readonly #aliases = new Map<string, readonly string[]>();
  #inOrder: readonly EdgeProvider[] = [];
  #keysByOwner: ReadonlyMap<string, readonly EdgeProviderKey[]> = new Map();

  /** Takes over a page. */
  apply({ providers, providerKeys, routers, aliases }: EdgeConfigPage): void {
    for (const provider of providers) this.#providers.set(provider.provider, provider);
    for (const key of providerKeys) {
      if (key.envelope === null) this.#keys.delete(key.keyId);
      else this.#keys.set(key.keyId, key);
    }
    for (const { routerId, routerVersion, definition } of routers) {
      const now = definition === null
        ? BUILT_IN.get(routerId)
        : { routerId, routerVersion, definition };
      if (now === undefined) this.#routers.delete(routerId);
      else this.#routers.set(routerId, now);
    }
    for (const { alias, models } of aliases) {
      if (models.length === 0) this.#aliases.delete(alias);
      else this.#aliases.set(alias, models);
    }
    if (providers.length > 0) {
      this.#inOrder = [...this.#providers.values()].sort((one, other) =>
        one.priority - other.priority || (one.provider < other.provider ? -1 : 1)
      );
    }
    if (providerKeys.length > 0) this.#keysByOwner = Map.groupBy(this.#keys.values(), placeOf);
  }

  providers(): readonly EdgeProvider[] {
    return this.#inOrder;
  }

  providerKeys(provider: string, level: ProviderKeyLevel, ownerId: string | null) {
    return this.#keysByOwner.get(placeOf({ provider, level, ownerId })) ?? [];
  }

  router(routerId: string): KnownRouter | undefined {
    const router = this.#routers.get(routerId);
    return router?.definition.enabled ? router : undefined;
  }

  aliases(): ReadonlyMap<string, readonly string[]> {
    return this.#aliases;
  }
}

function placeOf(
  { provider, level, ownerId }: Pick<EdgeProviderKey, "provider" | "level" | "ownerId">,
): string {
  return `${provider} ${level} ${ownerId ?? ""}`;
}
