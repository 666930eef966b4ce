/** The receipt of a request, told from its events. @module */
import type { ReceiptView } from "../../shared/commands/mod.ts";
import { decodeEvent, type EventOf, type RecordedEvent } from "../../shared/events/mod.ts";
import type { JsonObject } from "../../shared/json.ts";
import { type CheckpointReader, proveRequest } from "../checkpoint/mod.ts";
import type { EventStore } from "../store/mod.ts";

type Draft = { -readonly [Name in keyof ReceiptView]: ReceiptView[Name] };

/** Reads receipts; null when the account has no such request. */
export type ReceiptReader = (accountId: string, requestId: string) => Promise<ReceiptView | null>;

/** Receipts from the log, with proofs where checkpoints are signed. */
export function createReceiptReader(
  store: Pick<EventStore, "findByRequest">,
  checkpoints: CheckpointReader | null,
): ReceiptReader {
  return async (accountId, requestId) => {
    const events = await store.findByRequest(requestId);
    const receipt = receiptOf(accountId, events);
    if (receipt === null || checkpoints === null) return receipt;
    const { proofs, proofPending } = await proveRequest(checkpoints, events);
    return { ...receipt, proofs: proofs as ReceiptView["proofs"], proofPending };
  };
}

/**
 * The receipt of a request as the account sees it; null when the events hold no such request of that
 * account. `events` are all of the request's, in order.
 */
export function receiptOf(accountId: string, events: readonly RecordedEvent[]): ReceiptView | null {
  let draft: Draft | null = null;
  let held: JsonObject = {};
  for (const recorded of events) {
    const event = decodeEvent(recorded);
    if (event.type === "HoldPlaced") {
      if (event.payload.accountId !== accountId) return null;
      draft = placed(event, recorded);
      held = recorded.payload;
    } else if (draft !== null) {
      switch (event.type) {
        case "HoldSettled":
        case "LateUsageSettled":
          charge(draft, event, recorded);
          Object.assign(draft, servedOf(event.payload, held));
          break;
        case "HoldReleased":
          draft.state = "released";
          draft.call = event.payload.call;
          draft.endedAtMs = recorded.recordedAtMs;
          break;
        case "HoldExpired":
          draft.state = "expired";
          draft.endedAtMs = recorded.recordedAtMs;
          break;
        case "UsageReported":
          draft.usage = event.payload.usage;
          draft.evidence = event.payload.evidence;
          break;
        default:
          break; // An extension changes nothing that a receipt shows.
      }
    }
    draft?.positions.push(recorded.position.toString());
  }
  return draft;
}

function placed({ payload }: EventOf<"HoldPlaced">, recorded: RecordedEvent): Draft {
  return {
    requestId: payload.requestId,
    accountId: payload.accountId,
    keyId: payload.keyId,
    model: payload.model,
    askedModel: askedOf(payload, payload.model),
    state: "held",
    holdMicroKyat: payload.amountMicroKyat,
    chargedMicroKyat: 0n,
    unbilledMicroKyat: 0n,
    usage: null,
    evidence: null,
    // As stored: amounts are decimal strings already.
    pricing: recorded.payload.pricing as ReceiptView["pricing"] & JsonObject,
    ownKeyFee: null,
    billing: payload.billing ?? "tokens",
    call: null,
    placedAtMs: recorded.recordedAtMs,
    endedAtMs: null,
    positions: [],
    proofs: null,
    proofPending: false,
  };
}

function charge(
  draft: Draft,
  { type, payload }: EventOf<"HoldSettled"> | EventOf<"LateUsageSettled">,
  recorded: RecordedEvent,
): void {
  draft.state = type === "HoldSettled" ? "settled" : "late_settled";
  draft.chargedMicroKyat += payload.chargedMicroKyat;
  draft.unbilledMicroKyat += payload.unbilledMicroKyat;
  draft.usage = payload.usage;
  draft.evidence = payload.evidence;
  draft.call = payload.call;
  draft.endedAtMs = recorded.recordedAtMs;
}

/** Who served, and at which of the terms that the hold pinned, as they are stored. */
function servedOf(
  { model: served, ownKey }:
    | EventOf<"HoldSettled">["payload"]
    | EventOf<"LateUsageSettled">["payload"],
  hold: JsonObject,
): Pick<Draft, "model" | "askedModel" | "pricing" | "ownKeyFee"> {
  const { model, pricing, alternatives = [], ownKeyFee = null } = hold as unknown as StoredHold;
  const name = served ?? model;
  return {
    model: name,
    askedModel: askedOf(hold as unknown as StoredHold, name),
    pricing: alternatives.find((one) => one.model === name)?.pricing ?? pricing,
    ownKeyFee: ownKey ? ownKeyFee : null,
  };
}

/** The members of a stored HoldPlaced event that are used here. */
interface StoredHold {
  readonly model: string;
  readonly askedModel?: string | undefined;
  readonly pricing: ReceiptView["pricing"];
  readonly alternatives?: readonly { model: string; pricing: ReceiptView["pricing"] }[];
  readonly ownKeyFee?: ReceiptView["ownKeyFee"];
}

function askedOf(hold: Pick<StoredHold, "model" | "askedModel">, served: string): string | null {
  const asked = hold.askedModel ?? hold.model;
  return asked === served ? null : asked;
}
