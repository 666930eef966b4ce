/** Providers, keys, routers and aliases, as far as decisions need to know them. @module */
import type { DomainEvent, EventPayload } from "../../shared/events/mod.ts";
import type { Fingerprint, ProviderKeyLevel } from "../../shared/routing/mod.ts";

/** The events about routing. */
export type RoutingEvent = Extract<
  DomainEvent,
  {
    type:
      | "ProviderConfigured"
      | "ProviderKeyStored"
      | "ProviderKeyRemoved"
      | "RouterConfigured"
      | "RouterRemoved"
      | "ModelAliasSet";
  }
>;

/** What is known of a key; the envelope stands in the log and goes to the edges. */
export interface KnownProviderKey {
  readonly version: number;
  readonly provider: string;
  readonly level: ProviderKeyLevel;
  readonly ownerId: string | null;
  readonly fingerprint: Fingerprint;
  readonly removed: boolean;
}

/** A name with its version; `present` is false after its removal. */
export interface KnownName {
  readonly version: number;
  readonly present: boolean;
}

/** Everything that was ever named; changed by {@link evolveRouting} only. */
export interface RoutingBook {
  readonly providers: Map<string, KnownName>;
  readonly keys: Map<string, KnownProviderKey>;
  readonly routers: Map<string, KnownName>;
  readonly aliases: Map<string, KnownName>;
}

/** The book before the first event: the built-in routers alone. */
export function emptyRoutingBook(): RoutingBook {
  return { providers: new Map(), keys: new Map(), routers: new Map(), aliases: new Map() };
}

/** Applies an event in place. Throws RangeError when a version is not the next one. */
export function evolveRouting(book: RoutingBook, event: RoutingEvent): void {
  switch (event.type) {
    case "ProviderConfigured": {
      const { provider, providerVersion: version } = event.payload;
      return put(book.providers, `provider ${provider}`, provider, { version, present: true });
    }
    case "ProviderKeyStored":
      return storeKey(book, event.payload);
    case "ProviderKeyRemoved": {
      const { keyId, keyVersion: version } = event.payload;
      const known = book.keys.get(keyId);
      if (known === undefined) throw new RangeError(`provider key ${keyId} was never stored`);
      return put(book.keys, `provider key ${keyId}`, keyId, { ...known, version, removed: true });
    }
    case "RouterConfigured":
    case "RouterRemoved": {
      const { routerId, routerVersion: version } = event.payload;
      const present = event.type === "RouterConfigured";
      return put(book.routers, `router ${routerId}`, routerId, { version, present });
    }
    case "ModelAliasSet": {
      const { alias, aliasVersion: version, models } = event.payload;
      return put(book.aliases, `alias ${alias}`, alias, { version, present: models.length > 0 });
    }
    default:
      throw event satisfies never;
  }
}

function storeKey(book: RoutingBook, payload: EventPayload<"ProviderKeyStored">): void {
  const { keyId, keyVersion, provider, level, ownerId, fingerprint } = payload;
  put(book.keys, `provider key ${keyId}`, keyId, {
    version: keyVersion,
    provider,
    level,
    ownerId,
    fingerprint,
    removed: false,
  });
}

function put<Known extends { readonly version: number }>(
  names: Map<string, Known>,
  what: string,
  name: string,
  next: Known,
): void {
  const expected = (names.get(name)?.version ?? 0) + 1;
  if (next.version !== expected) {
    throw new RangeError(`${what} has version ${next.version} in the log, expected ${expected}`);
  }
  names.set(name, next);
}
