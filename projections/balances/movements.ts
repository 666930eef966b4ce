/** What each event moves: one table, from which the fold and its SQL follow. @module */
import type { DomainEvent, EventPayload, EventType } from "../../shared/events/mod.ts";

type AmountOf<Payload> =
  & { [Name in keyof Payload]: Payload[Name] extends bigint ? Name : never }[keyof Payload]
  & string;

/** The member of the payload that is added to a figure of the balance. */
interface MovementOf<Amount extends string> {
  readonly credited?: Amount;
  readonly settled?: Amount;
  readonly held?: Amount;
  /** Taken off what is held. */
  readonly unheld?: Amount;
  readonly openHolds?: 1 | -1;
}

/** What an event moves; null for one that moves no money. */
export const MOVEMENTS: {
  readonly [T in EventType]: MovementOf<AmountOf<EventPayload<T>>> | null;
} = {
  CreditGranted: { credited: "amountMicroKyat" },
  AdjustmentPosted: { credited: "amountMicroKyat" },
  CreditNoteIssued: { credited: "amountMicroKyat" },
  HoldPlaced: { held: "amountMicroKyat", openHolds: 1 },
  HoldSettled: { unheld: "holdMicroKyat", settled: "chargedMicroKyat", openHolds: -1 },
  HoldReleased: { unheld: "amountMicroKyat", openHolds: -1 },
  HoldExpired: { unheld: "amountMicroKyat", openHolds: -1 },
  LateUsageSettled: { settled: "chargedMicroKyat" },
  AccountOpened: null,
  KeyIssued: null,
  KeyRevoked: null,
  KeyConfigured: null,
  PlanPublished: null,
  PlanAssigned: null,
  BudgetSet: null,
  HoldExtended: null,
  UsageReported: null,
  PricePublished: null,
  PriceWithdrawn: null,
  OwnKeyFeeSet: null,
  MarkupSet: null,
  FxRateSet: null,
  SigningKeySet: null,
  AlertRuleSet: null,
  AlertRuleRemoved: null,
  AlertAcknowledged: null,
  ProviderConfigured: null,
  ProviderKeyStored: null,
  ProviderKeyRemoved: null,
  RouterConfigured: null,
  RouterRemoved: null,
  ModelAliasSet: null,
};

/** What an event does to the four figures of a balance. */
export interface Movement {
  readonly credited: bigint;
  readonly settled: bigint;
  readonly held: bigint;
  readonly openHolds: number;
}

/** What moves, or null for an event that moves no money. */
export function movementOf({ type, payload }: DomainEvent): Movement | null {
  const movement = MOVEMENTS[type];
  if (movement === null) return null;
  const amounts = payload as unknown as Readonly<Record<string, bigint>>;
  const of = (name: string | undefined) => name === undefined ? 0n : amounts[name]!;
  return {
    credited: of(movement.credited),
    settled: of(movement.settled),
    held: of(movement.held) - of(movement.unheld),
    openHolds: movement.openHolds ?? 0,
  };
}
