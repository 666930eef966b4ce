/** An answer of `GET /v1/receipts/…` against the events that its proofs prove. @module */
import type { ReceiptEvent } from "../../../shared/verifier/mod.ts";
import { kyat } from "./proved_request.ts";

/** What the proofs of an answer say of its readable members. */
export interface AnswerComparison {
  /** Members that say something else than the proved events, a sentence each. */
  readonly differences: readonly string[];
  /** Members that the proved events say nothing about. */
  readonly unproved: readonly string[];
}

/** What a member must be; undefined where the events do not say it. */
type Proved = Readonly<Record<string, unknown>>;

const STATES: Readonly<Record<string, string>> = {
  HoldPlaced: "held",
  HoldSettled: "settled",
  HoldReleased: "released",
  HoldExpired: "expired",
  LateUsageSettled: "late_settled",
};

/** What goes with the proofs and says nothing of the request. */
const ASIDE: ReadonlySet<string> = new Set(["object", "proofs", "proof_pending", "proofPending"]);

/**
 * Compares the members of an answer, in the shape of the proxy (snake case, kyat) or of the ledger
 * (camel case, microkyat), with `events`, which are those of its proofs in the order of the log.
 */
export function compareAnswer(
  answer: Readonly<Record<string, unknown>>,
  events: readonly ReceiptEvent[],
): AnswerComparison {
  if (Object.keys(answer).every((name) => ASIDE.has(name))) {
    return { differences: [], unproved: [] };
  }
  const strangers = strangersAmong(events);
  if (strangers.length > 0) return { differences: strangers, unproved: [] };
  const proved = provedMembers(events);
  const differences: string[] = [];
  const unproved: string[] = [];
  for (const [name, value] of Object.entries(answer)) {
    if (ASIDE.has(name)) continue;
    if (name === "positions") {
      const { missing, more } = comparePositions(value, events);
      if (missing.length > 0) {
        differences.push(`positions: ${missing.join(", ")} is proved and left out`);
      }
      if (more.length > 0) unproved.push(`positions ${more.join(", ")}`);
    } else if (!Object.hasOwn(proved, name) || proved[name] === undefined) {
      if (value !== null) unproved.push(name);
    } else if (textOf(value) !== textOf(proved[name])) {
      differences.push(
        `${name}: the answer says ${textOf(value)}, proved is ${textOf(proved[name])}`,
      );
    }
  }
  return { differences, unproved };
}

/** Proofs of a request begin with its hold, and are of no other one. */
function strangersAmong(events: readonly ReceiptEvent[]): string[] {
  const [first] = events;
  if (first?.type !== "HoldPlaced") return ["proofs: the first one is not of the request's hold"];
  const { requestId, accountId } = first.payload;
  return events.slice(1).filter(({ type, payload }) =>
    !Object.hasOwn(STATES, type) || type === "HoldPlaced" || payload.requestId !== requestId ||
    payload.accountId !== accountId
  ).map(({ type, position }) =>
    `proofs: ${type} at position ${position} is no end of request ${requestId}`
  );
}

function provedMembers(events: readonly ReceiptEvent[]): Proved {
  const hold = events[0]!;
  const last = events.at(-1)!;
  const ends = events.slice(1);
  const settled = ends.filter(({ payload }) => payload.usage !== undefined);
  const latest = settled.at(-1)?.payload;
  const call = ends.findLast(({ payload }) => payload.call !== undefined)?.payload.call;
  const charged = sumOf(settled, "chargedMicroKyat");
  const unbilled = sumOf(settled, "unbilledMicroKyat");
  const { requestId, accountId, keyId, amountMicroKyat } = hold.payload;
  const endedAtMs = ends.length === 0 ? null : last.recordedAt;
  return {
    currency: "MMK",
    ...servedMembers(hold.payload, latest ?? {}),
    state: STATES[last.type],
    usage: latest?.usage,
    evidence: latest?.evidence,
    call: call ?? null,
    request_id: requestId,
    requestId,
    account_id: accountId,
    accountId,
    key_id: keyId,
    keyId,
    hold: kyat(amountMicroKyat),
    holdMicroKyat: amountMicroKyat,
    charged: kyat(charged),
    chargedMicroKyat: charged,
    unbilled: kyat(unbilled),
    unbilledMicroKyat: unbilled,
    placed_at_ms: hold.recordedAt,
    placedAtMs: hold.recordedAt,
    ended_at_ms: endedAtMs,
    endedAtMs,
  };
}

/** Who served, and at which of the pinned terms. */
function servedMembers(
  hold: ReceiptEvent["payload"],
  { model = hold.model, ownKey }: ReceiptEvent["payload"],
): Proved {
  const alternatives = Array.isArray(hold.alternatives) ? hold.alternatives : [];
  const asked = hold.askedModel ?? hold.model;
  const askedModel = asked === model ? null : asked;
  const ownKeyFee = ownKey === true ? hold.ownKeyFee : null;
  return {
    model,
    askedModel,
    asked_model: askedModel,
    pricing: alternatives.find((one) => one?.model === model)?.pricing ?? hold.pricing,
    billing: hold.billing ?? "tokens",
    ownKeyFee,
    own_key_fee: ownKeyFee,
  };
}

function sumOf(events: readonly ReceiptEvent[], name: string): string {
  const amounts = events.map(({ payload }) => String(payload[name]));
  if (!amounts.every((amount) => /^\d{1,38}$/.test(amount))) return "no amount";
  return amounts.reduce((sum, amount) => sum + BigInt(amount), 0n).toString();
}

/** Progress reports and extensions of a hold have positions too, and no proofs. */
function comparePositions(value: unknown, events: readonly ReceiptEvent[]) {
  const listed = Array.isArray(value) ? value.map(String) : [];
  const proved = events.map(({ position }) => `${position}`);
  return {
    missing: proved.filter((position) => !listed.includes(position)),
    more: listed.filter((position) => !proved.includes(position)),
  };
}

/** A value as JSON with its members in order, so that equal values have equal texts. */
function textOf(value: unknown): string {
  return JSON.stringify(
    value,
    (_, member: unknown) =>
      typeof member === "object" && member !== null && !Array.isArray(member)
        ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => a < b ? -1 : 1))
        : member,
  );
}
