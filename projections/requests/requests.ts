/** Each call: what was held, what was used, how it ended and what it cost. @module */
import type { EventOf } from "../../shared/events/mod.ts";
import { type JsonObject, toJsonValue } from "../../shared/json.ts";
import type { LogEvent } from "../log/mod.ts";
import { type Part, type Projection, tablePart } from "../projection/mod.ts";
import { addRange, REQUEST_TYPES } from "./range.ts";
import { type Rows, table, type TableRow } from "../table/mod.ts";

/** One row a call. */
export const requestsTable = table({
  name: "requests",
  columns: {
    requestId: "uuid",
    accountId: "text",
    keyId: "text",
    edgeId: "text",
    endpoint: "text",
    /** The one that served, and before its end the one that the hold names. */
    model: "text",
    /** What the client named. */
    askedModel: "text",
    state: "text",
    provider: "text?",
    call: "json?",
    usage: "json?",
    evidence: "text?",
    inputTokensBound: "count",
    outputTokensRequested: "count?",
    outputTokensGranted: "count",
    holdMicroKyat: "amount",
    chargeMicroKyat: "amount?",
    chargedMicroKyat: "amount?",
    unbilledMicroKyat: "amount?",
    costNanoUsd: "amount?",
    /** Terms of `model`, as pinned. */
    pricing: "json",
    /** The fee that was charged instead of tokens, because the customer's own key served. */
    ownKeyFeePicoUsd: "amount?",
    /** What else the hold pinned; null for a plain one. */
    choices: "json?",
    placedAtMs: "count",
    endedAtMs: "count?",
    placedPosition: "position",
    endedPosition: "position?",
  },
  key: ["requestId"],
  indexes: [
    "placed_at_ms desc, request_id desc",
    "account_id, placed_at_ms desc, request_id desc",
    "account_id, key_id, placed_at_ms desc, request_id desc",
  ],
});

/** See {@link requestsTable}. */
export type Request = TableRow<typeof requestsTable>;

const part: Part = tablePart({
  table: requestsTable,
  types: REQUEST_TYPES,
  applyRange: (db, schema, range) =>
    addRange(db, schema, range, (events) => part.apply(db, schema, events)),
  keyOf({ event }) {
    switch (event.type) {
      case "HoldPlaced":
      case "UsageReported":
      case "HoldSettled":
      case "HoldReleased":
      case "HoldExpired":
      case "LateUsageSettled":
        return { requestId: event.payload.requestId };
      default:
        return null;
    }
  },
  fold: foldRequest,
});

/** The requests projection. */
export const requests: Projection = { name: "requests", version: 2, parts: [part] };

/** Applies one event to the row of its call. */
export function foldRequest(rows: Rows<typeof requestsTable.columns>, placed: LogEvent): void {
  const { event } = placed;
  if (event.type === "HoldPlaced") return rows.put(placedRow(event, placed));
  if (!("requestId" in event.payload)) return;
  const { requestId } = event.payload;
  const row = rows.get({ requestId });
  if (row === null) throw new Error(`request ${requestId} has no hold`);
  const ended = { endedAtMs: placed.recordedAtMs, endedPosition: placed.position };
  switch (event.type) {
    case "UsageReported":
      return rows.put({ ...row, usage: event.payload.usage, evidence: event.payload.evidence });
    case "HoldReleased": {
      const { call } = event.payload;
      return rows.put({ ...row, ...ended, state: "released", call, provider: call.provider });
    }
    case "HoldExpired":
      return rows.put({ ...row, ...ended, state: "expired" });
    case "HoldSettled": {
      const { usage, evidence, call, chargeMicroKyat, chargedMicroKyat, costNanoUsd } =
        event.payload;
      const { unbilledMicroKyat } = event.payload;
      const money = { chargeMicroKyat, chargedMicroKyat, unbilledMicroKyat, costNanoUsd };
      const served = servedFacts(row, event.payload);
      const facts = { usage, evidence, call, provider: call.provider, ...served };
      return rows.put({ ...row, ...ended, state: "settled", ...facts, ...money });
    }
    case "LateUsageSettled":
      return rows.put({ ...row, ...ended, ...lateFacts(row, event) });
    default:
      return;
  }
}

/** The whole of a call after its late settlement: the late amounts come on top of those at expiry. */
function lateFacts(before: Request, { payload }: EventOf<"LateUsageSettled">) {
  return {
    state: "late_settled",
    usage: payload.usage,
    evidence: payload.evidence,
    call: payload.call,
    provider: payload.call.provider,
    ...servedFacts(before, payload),
    chargeMicroKyat: payload.chargeMicroKyat,
    chargedMicroKyat: (before.chargedMicroKyat ?? 0n) + payload.chargedMicroKyat,
    unbilledMicroKyat: (before.unbilledMicroKyat ?? 0n) + payload.unbilledMicroKyat,
    costNanoUsd: (before.costNanoUsd ?? 0n) + payload.costNanoUsd,
  };
}

/** Whose terms a call was charged at; nothing changes for a hold that left no choice. */
function servedFacts(
  { choices }: Request,
  { model, ownKey }: EventOf<"HoldSettled">["payload"] | EventOf<"LateUsageSettled">["payload"],
) {
  if (choices === null) return {};
  const { model: own, pricing, alternatives, ownKeyFee } = choices as unknown as Choices;
  const served = alternatives.find((one) => one.model === model) ?? { model: own, pricing };
  const fee = ownKey ? ownKeyFee?.picoUsdPerRequest : undefined;
  return { ...served, ownKeyFeePicoUsd: fee === undefined ? null : BigInt(fee) };
}

/** As JSON: what a hold pinned of which its end takes one. */
interface Choices {
  readonly model: string;
  readonly pricing: JsonObject;
  readonly alternatives: readonly { readonly model: string; readonly pricing: JsonObject }[];
  readonly ownKeyFee: { readonly picoUsdPerRequest: string } | null;
  /** Present where no provider bills the call: no terms apply. */
  readonly free?: true;
}

function choicesOf(payload: EventOf<"HoldPlaced">["payload"]) {
  const { model, pricing, alternatives, ownKeyFee } = payload;
  const isFree = payload.billing === "free";
  if (alternatives === undefined && ownKeyFee === undefined && !isFree) return null;
  return toJsonValue({
    model,
    pricing,
    alternatives: alternatives ?? [],
    ownKeyFee: ownKeyFee ?? null,
    ...(isFree ? { free: true } : {}),
  });
}

function placedRow({ payload }: EventOf<"HoldPlaced">, placed: LogEvent): Request {
  const { requestId, accountId, keyId, edgeId, endpoint, model } = payload;
  const { inputTokensBound, outputTokensRequested, outputTokensGranted } = payload;
  return {
    requestId,
    accountId,
    keyId,
    edgeId,
    endpoint,
    model,
    askedModel: payload.askedModel ?? model,
    state: "held",
    provider: null,
    call: null,
    usage: null,
    evidence: null,
    inputTokensBound,
    outputTokensRequested,
    outputTokensGranted,
    holdMicroKyat: payload.amountMicroKyat,
    chargeMicroKyat: null,
    chargedMicroKyat: null,
    unbilledMicroKyat: null,
    costNanoUsd: null,
    pricing: toJsonValue(payload.pricing),
    ownKeyFeePicoUsd: null,
    choices: choicesOf(payload),
    placedAtMs: placed.recordedAtMs,
    endedAtMs: null,
    placedPosition: placed.position,
    endedPosition: null,
  };
}
