/** How events about routing reach the edges. @module */
import type { RoutingEvent } from "../routing/mod.ts";
import type { EdgeChanges } from "./edge_changes.ts";

/** Notes what an event leaves of its subject. Throws RangeError when a removed key never was. */
export function noteRouting(changes: EdgeChanges, event: RoutingEvent, position: bigint): void {
  switch (event.type) {
    case "ProviderConfigured":
      return changes.putRouting(position, { provider: event.payload });
    case "ProviderKeyStored":
      return changes.putRouting(position, { providerKey: event.payload });
    case "ProviderKeyRemoved":
      return changes.removeProviderKey(position, event.payload.keyId, event.payload.keyVersion);
    case "RouterConfigured":
      return changes.putRouting(position, { router: event.payload });
    case "RouterRemoved": {
      const { routerId, routerVersion } = event.payload;
      return changes.putRouting(position, {
        router: { routerId, routerVersion, definition: null },
      });
    }
    case "ModelAliasSet":
      return changes.putRouting(position, { alias: event.payload });
    default:
      throw event satisfies never;
  }
}
