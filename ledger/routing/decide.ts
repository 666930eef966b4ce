/** Decisions about providers, routers and aliases; keys have a file of their own. @module */
import type { Command, CommandBody } from "../../shared/commands/mod.ts";
import { CUSTOM_PROFILE } from "../../shared/routing/mod.ts";
import { accepted, rejected } from "../decision.ts";
import type { Decision } from "../domain.ts";
import type { KnownName, RoutingBook } from "./book.ts";
import { removeProviderKey, rewrapProviderKey, storeProviderKey } from "./decide_key.ts";

/** The commands about routing. */
export type RoutingCommand = Extract<
  Command,
  {
    type:
      | "ConfigureProvider"
      | "StoreProviderKey"
      | "RewrapProviderKey"
      | "RemoveProviderKey"
      | "ConfigureRouter"
      | "RemoveRouter"
      | "SetModelAlias";
  }
>;

/** How many names of a kind there may be, those removed included: their versions are kept for ever. */
export const MAXIMUM_NAMES = { providers: 1_000, routers: 1_000, aliases: 10_000 } as const;

const NAMED = { providers: "provider", routers: "router", aliases: "alias" } as const;

/** Decides a command about routing; each accepted change takes the next version of its name. */
export function decideRouting(book: RoutingBook, command: RoutingCommand): Decision {
  switch (command.type) {
    case "ConfigureProvider":
      return configureProvider(book, command.body);
    case "StoreProviderKey":
      return storeProviderKey(book, command.body);
    case "RewrapProviderKey":
      return rewrapProviderKey(book, command.body);
    case "RemoveProviderKey":
      return removeProviderKey(book, command.body);
    case "ConfigureRouter":
      return configureRouter(book, command.body);
    case "RemoveRouter":
      return removeRouter(book, command.body);
    case "SetModelAlias":
      return setModelAlias(book, command.body);
    default:
      throw command satisfies never;
  }
}

function configureProvider(
  book: RoutingBook,
  { expectedVersion, ...body }: CommandBody<"ConfigureProvider">,
): Decision {
  const { provider, profile, baseUrl } = body;
  if (profile === CUSTOM_PROFILE && baseUrl === null) {
    return rejected(
      "invalid_command",
      `Provider refused: ${provider} is ${CUSTOM_PROFILE} and has no base URL`,
      { provider },
    );
  }
  const next = nextOf(book, "providers", provider, expectedVersion);
  if (typeof next !== "number") return next;
  return accepted(
    [{ type: "ProviderConfigured", payload: { ...body, providerVersion: next } }],
    { provider, providerVersion: next },
  );
}

function configureRouter(
  book: RoutingBook,
  { routerId, definition, expectedVersion }: CommandBody<"ConfigureRouter">,
): Decision {
  const next = nextOf(book, "routers", routerId, expectedVersion);
  if (typeof next !== "number") return next;
  return accepted(
    [{ type: "RouterConfigured", payload: { routerId, routerVersion: next, definition } }],
    { routerId, routerVersion: next },
  );
}

function removeRouter(
  book: RoutingBook,
  { routerId, reason }: CommandBody<"RemoveRouter">,
): Decision {
  const known = book.routers.get(routerId);
  if (known === undefined || !known.present) {
    return rejected("router_not_found", `Router not removed: ${routerId} is not configured`, {
      routerId,
    });
  }
  const routerVersion = known.version + 1;
  return accepted(
    [{ type: "RouterRemoved", payload: { routerId, routerVersion, reason } }],
    { routerId, routerVersion },
  );
}

function setModelAlias(
  book: RoutingBook,
  { alias, models }: CommandBody<"SetModelAlias">,
): Decision {
  if (models.includes(alias)) {
    return rejected("invalid_command", `Alias refused: ${alias} stands for itself`, { alias });
  }
  if (models.length === 0 && !book.aliases.get(alias)?.present) {
    return rejected("alias_not_found", `Alias not removed: ${alias} is not set`, { alias });
  }
  const next = nextOf(book, "aliases", alias);
  if (typeof next !== "number") return next;
  return accepted(
    [{ type: "ModelAliasSet", payload: { alias, aliasVersion: next, models } }],
    { alias, aliasVersion: next },
  );
}

/** The next version of a name; or that it was changed since, or that there can be no more names. */
function nextOf(
  book: RoutingBook,
  kind: keyof typeof MAXIMUM_NAMES,
  name: string,
  expectedVersion?: number,
): number | Decision {
  const names: ReadonlyMap<string, KnownName> = book[kind];
  const known = names.get(name);
  const version = known?.version ?? 0;
  if (expectedVersion !== undefined && expectedVersion !== version) {
    return rejected(
      "routing_changed",
      `The ${NAMED[kind]} ${name} has version ${version}, not ${expectedVersion}: read it again`,
      { name, version, expectedVersion },
    );
  }
  const maximum = MAXIMUM_NAMES[kind];
  if (known === undefined && names.size >= maximum) {
    return rejected(
      "too_many_routing_names",
      `The ${NAMED[kind]} ${name} is refused: ${maximum} of them have been named; use one again`,
      { name, maximum },
    );
  }
  return version + 1;
}
