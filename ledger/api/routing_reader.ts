/** Reading providers, keys, routers and aliases from whichever process owns shard 0. @module */
import { type Bus, BusError, subjects } from "../../shared/bus/mod.ts";
import {
  type EdgeAlias,
  edgeConfigPageSchema,
  type EdgeProvider,
  type EdgeProviderKey,
  type EdgeRouter,
} from "../../shared/edge_config/mod.ts";
import type { Unreachable } from "./command_sender.ts";

/** Everything about routing that is in force. */
export interface RoutingView {
  readonly providers: readonly EdgeProvider[];
  /** With their envelopes, which no answer may show. */
  readonly providerKeys: readonly EdgeProviderKey[];
  readonly routers: readonly EdgeRouter[];
  readonly aliases: readonly EdgeAlias[];
}

/** Reads what is in force now. */
export interface RoutingReader {
  /** All of it, in the order of its newest changes; what is gone is left out. */
  read(): Promise<RoutingView | Unreachable>;
}

const PAGE_LIMIT = 2_000;
const TIMEOUT_MS = 4_000;

/** Builds the reader over the feed that edges follow. */
export function createRoutingReader(bus: Bus): RoutingReader {
  return {
    async read() {
      try {
        return await readAll(bus);
      } catch (error) {
        if (!(error instanceof BusError)) throw error;
        return { status: "unavailable", message: error.message, retryAfterMs: 1_000 };
      }
    },
  };
}

async function readAll(bus: Bus): Promise<RoutingView> {
  const providers = new Map<string, EdgeProvider>();
  const keys = new Map<string, EdgeProviderKey>();
  const routers = new Map<string, EdgeRouter>();
  const aliases = new Map<string, EdgeAlias>();
  for (let position = "0", more = true; more;) {
    const question = { afterPosition: position, limit: PAGE_LIMIT };
    const page = edgeConfigPageSchema.parse(
      await bus.request(subjects.config(0), question, { timeoutMs: TIMEOUT_MS }),
    );
    for (const provider of page.providers) providers.set(provider.provider, provider);
    for (const key of page.providerKeys) keys.set(key.keyId, key);
    for (const router of page.routers) routers.set(router.routerId, router);
    for (const alias of page.aliases) aliases.set(alias.alias, alias);
    more = page.more;
    if (more && page.position === position) throw new Error("the feed does not advance");
    position = page.position;
  }
  return {
    providers: [...providers.values()],
    providerKeys: [...keys.values()].filter(({ envelope }) => envelope !== null),
    routers: [...routers.values()].filter(({ definition }) => definition !== null),
    aliases: [...aliases.values()].filter(({ models }) => models.length > 0),
  };
}
