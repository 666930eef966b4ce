/**
 * The events of the ledger: past tense, versioned, self-contained. In memory amounts are bigint; in
 * the log and on the wire they are decimal strings.
 *
 * @module
 */
import type { z } from "zod";
import type { JsonObject } from "../json.ts";
import { accountEventSchemas } from "./account.ts";
import { compileDecoder, type Decoder, UNDECIDED } from "./compiled.ts";
import { alertEventSchemas } from "./alerts.ts";
import { integrityEventSchemas } from "./integrity.ts";
import { planEventSchemas } from "./plans.ts";
import {
  fxRateSetSchema,
  markupSetSchema,
  ownKeyFeeSetSchema,
  pricePublishedSchema,
  priceWithdrawnSchema,
} from "./pricing.ts";
import { routingEventSchemas } from "./routing.ts";

export { compileDecoder, compileParser, UNDECIDED } from "./compiled.ts";
export {
  BUDGET_PERIODS,
  HOLD_BILLINGS,
  type HoldBilling,
  holdBounds,
  idempotencySchema,
  keyOwners,
  MAXIMUM_ALTERNATIVES,
  RELEASE_REASONS,
  servedBy,
} from "./account.ts";
export {
  type Attempt,
  attemptSchema,
  type CallFacts,
  callFactsSchema,
  type RoutingFacts,
  UNKNOWN_CALL,
} from "./call.ts";
export {
  type PinnedPricing,
  priceDetails,
  type Rates,
  ratesSchema,
  type Tiers,
  tiersSchema,
} from "./pricing.ts";
export { planSchema } from "./plans.ts";

export { providerSettings, storedProviderKey } from "./routing.ts";

/** The payload schema of every event, by type; schema version 1. */
export const eventSchemas = {
  ...accountEventSchemas,
  ...alertEventSchemas,
  ...integrityEventSchemas,
  ...routingEventSchemas,
  ...planEventSchemas,
  PricePublished: pricePublishedSchema,
  PriceWithdrawn: priceWithdrawnSchema,
  OwnKeyFeeSet: ownKeyFeeSetSchema,
  MarkupSet: markupSetSchema,
  FxRateSet: fxRateSetSchema,
} as const;

/** The name of an event. */
export type EventType = keyof typeof eventSchemas;

/** Every event type, in the order of this module. */
export const EVENT_TYPES = Object.keys(eventSchemas) as readonly EventType[];

/** The payload of an event type, amounts as bigint. */
export type EventPayload<T extends EventType> = z.output<(typeof eventSchemas)[T]>;

/** An event as the domain sees it: a closed union over `type`. */
export type DomainEvent = { [T in EventType]: { type: T; payload: EventPayload<T> } }[EventType];

/** The domain event of one type. */
export type EventOf<T extends EventType> = Extract<DomainEvent, { type: T }>;

/** An event as it stands in the log. */
export interface RecordedEvent {
  readonly shard: number;
  /** Contiguous within the shard, from 1. */
  readonly position: bigint;
  readonly stream: string;
  /** Contiguous within the stream, from 1. */
  readonly version: number;
  readonly type: EventType;
  readonly schemaVersion: number;
  /** UUIDv7. */
  readonly eventId: string;
  readonly requestId: string | null;
  /** Who caused it, such as `user:…`, `edge:…` or `system:ledger`. */
  readonly actor: string;
  /** When it happened, by the clock of whoever reported it; epoch milliseconds. */
  readonly occurredAtMs: number;
  /** When the ledger decided it; never decreases within a shard. */
  readonly recordedAtMs: number;
  /** As stored: amounts are decimal strings. */
  readonly payload: JsonObject;
}

/**
 * Parses a recorded payload into its domain event. Throws ZodError when the payload does not fit and
 * RangeError for an unknown type or schema version: a reader pauses then, it never skips.
 */
export function decodeEvent(
  recorded: Pick<RecordedEvent, "type" | "schemaVersion" | "payload">,
): DomainEvent {
  // What a log holds is not typed: a type may also have the name of something that every object has.
  if (!Object.hasOwn(eventSchemas, recorded.type) || recorded.schemaVersion !== 1) {
    throw new RangeError(`unknown event ${recorded.type} version ${recorded.schemaVersion}`);
  }
  const schema = eventSchemas[recorded.type];
  const decoded = decoderOf(recorded.type)(recorded.payload);
  const payload = decoded === UNDECIDED ? schema.parse(recorded.payload) : decoded;
  return { type: recorded.type, payload } as DomainEvent;
}

const decoders = new Map<EventType, Decoder>();

/** Compiled when a type is first met. */
function decoderOf(type: EventType): Decoder {
  const known = decoders.get(type);
  if (known !== undefined) return known;
  const decoder = compileDecoder(eventSchemas[type]);
  decoders.set(type, decoder);
  return decoder;
}

/** The stream an event belongs to. */
export function streamOf(event: DomainEvent): string {
  switch (event.type) {
    case "PricePublished":
    case "PriceWithdrawn":
      return `price-${event.payload.model}`;
    case "MarkupSet":
      return "markup-default";
    case "OwnKeyFeeSet":
      return "own-key-fee-default";
    case "FxRateSet":
      return "fx-USD-MMK";
    case "PlanPublished":
      return `plan-${event.payload.planId}`;
    case "AlertRuleSet":
    case "AlertRuleRemoved":
      return `alert-rule-${event.payload.ruleId}`;
    case "AlertAcknowledged":
      return `alert-${event.payload.alertId}`;
    case "SigningKeySet":
      return "integrity-checkpoint";
    case "ProviderConfigured":
    case "ProviderKeyStored":
    case "ProviderKeyRemoved":
      return `provider-${event.payload.provider}`;
    case "RouterConfigured":
    case "RouterRemoved":
      return `router-${event.payload.routerId}`;
    case "ModelAliasSet":
      return `model-alias-${event.payload.alias}`;
    default:
      return `account-${event.payload.accountId}`;
  }
}

/** The request an event belongs to, or null. */
export function requestIdOf(event: DomainEvent): string | null {
  return "requestId" in event.payload ? event.payload.requestId : null;
}
