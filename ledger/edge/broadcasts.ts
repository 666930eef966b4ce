/** Telling everybody that the log has grown. @module */
import { type Bus, subjects } from "../../shared/bus/mod.ts";
import type { EventType } from "../../shared/events/mod.ts";

const CONFIGURATION: ReadonlySet<EventType> = new Set([
  "KeyIssued",
  "KeyRevoked",
  "KeyConfigured",
  "PlanAssigned",
  "PricePublished",
  "PriceWithdrawn",
  "MarkupSet",
  "FxRateSet",
  "ProviderConfigured",
  "ProviderKeyStored",
  "ProviderKeyRemoved",
  "RouterConfigured",
  "RouterRemoved",
  "ModelAliasSet",
]);

/** What a commit added. */
export interface CommitNews {
  readonly shard: number;
  /** The head after it. */
  readonly position: bigint;
  readonly eventTypes: Iterable<EventType>;
}

/** Wakes projections and, when keys or prices changed, the edges. Listeners also poll: it may be lost. */
export function broadcastCommit(bus: Bus, { shard, position, eventTypes }: CommitNews): void {
  const at = position.toString();
  bus.publish(subjects.committed(shard), { shard, position: at });
  for (const type of eventTypes) {
    if (!CONFIGURATION.has(type)) continue;
    bus.publish(subjects.configChanged(shard), { position: at });
    return;
  }
}
