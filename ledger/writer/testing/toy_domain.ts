/** A domain of a few rules, to try the writer on without accounts and prices. @module */
import type { Command } from "../../../shared/commands/mod.ts";
import { type DomainEvent, UNKNOWN_CALL } from "../../../shared/events/mod.ts";
import type { Decision, Domain, Leg } from "../../domain.ts";

/** Wallets by account and open holds by request. */
export interface ToyState {
  readonly available: Map<string, bigint>;
  readonly holds: Map<string, { accountId: string; amount: bigint; expiresAtMs: number }>;
  /** Requests that ever had a hold. */
  readonly requests: Set<string>;
}

const PRICING = {
  priceVersion: 1,
  ratesPicoUsdPerUnit: {},
  markupVersion: 1,
  markupPartsPerMillion: 0,
  fxVersion: 1,
  fxMicroKyat: 1n,
  fxNanoUsd: 1n,
};

/** A hold costs one microkyat per input token; holds end by release or expiry. */
export const toyDomain: Domain<ToyState> = {
  initial: () => ({ available: new Map(), holds: new Map(), requests: new Set() }),
  decide(state, command, { nowMs }) {
    switch (command.type) {
      case "GrantCredit": {
        // How a test makes the domain fail.
        if (command.body.reference === "explode") throw new Error("exploded");
        return accepted([{ type: "CreditGranted", payload: command.body }]);
      }
      case "PlaceHold":
        return placeHold(state, command.body, nowMs);
      case "ReleaseHold":
      case "ExpireHold":
        return endHold(state, command);
      default:
        return rejected("invalid_command", "not in this toy");
    }
  },
  evolve(state, { event }) {
    const add = (accountId: string, amount: bigint) =>
      state.available.set(accountId, (state.available.get(accountId) ?? 0n) + amount);
    switch (event.type) {
      case "CreditGranted":
        add(event.payload.accountId, event.payload.amountMicroKyat);
        return state;
      case "HoldPlaced": {
        const { accountId, requestId, amountMicroKyat, expiresAtMs } = event.payload;
        add(accountId, -amountMicroKyat);
        state.holds.set(requestId, { accountId, amount: amountMicroKyat, expiresAtMs });
        state.requests.add(requestId);
        return state;
      }
      case "HoldReleased":
      case "HoldExpired":
        if (!state.holds.delete(event.payload.requestId)) throw new RangeError("no such hold");
        add(event.payload.accountId, event.payload.amountMicroKyat);
        return state;
      default:
        throw new RangeError(`the toy has no ${event.type}`);
    }
  },
  postings,
  due(state, nowMs, limit) {
    return [...state.holds].filter(([, hold]) => hold.expiresAtMs <= nowMs).slice(0, limit)
      .map(([requestId, { accountId }]) => ({
        type: "ExpireHold",
        body: { accountId, requestId },
      }));
  },
  checkBalances(state, balanceOf) {
    for (const [accountId, available] of state.available) {
      if (balanceOf(`2000:${accountId}`, "MMK") !== -available) {
        throw new RangeError(`the books of ${accountId} differ`);
      }
    }
  },
};

function placeHold(
  state: ToyState,
  body: Extract<Command, { type: "PlaceHold" }>["body"],
  nowMs: number,
): Decision {
  const { accountId, requestId, keyId, edgeId, model, endpoint, inputTokensBound } = body;
  if (state.requests.has(requestId)) return rejected("request_exists", "the request has a hold");
  const amountMicroKyat = BigInt(inputTokensBound);
  const available = state.available.get(accountId) ?? 0n;
  if (available < amountMicroKyat) return rejected("insufficient_credit", `only ${available}`);
  return accepted([{
    type: "HoldPlaced",
    payload: {
      accountId,
      requestId,
      keyId,
      edgeId,
      model,
      endpoint,
      inputTokensBound,
      amountMicroKyat,
      outputTokensRequested: null,
      outputTokensGranted: 1,
      pricing: PRICING,
      expiresAtMs: nowMs + body.holdTtlMs,
    },
  }]);
}

function endHold(
  state: ToyState,
  { type, body }: Extract<Command, { type: "ReleaseHold" | "ExpireHold" }>,
): Decision {
  const { accountId, requestId } = body;
  const hold = state.holds.get(requestId);
  if (hold === undefined) return rejected("hold_not_found", "no open hold");
  const ended = { accountId, requestId, amountMicroKyat: hold.amount };
  if (type === "ExpireHold") return accepted([{ type: "HoldExpired", payload: ended }]);
  return accepted([{
    type: "HoldReleased",
    payload: { ...ended, reason: body.reason, call: UNKNOWN_CALL },
  }]);
}

function postings(event: DomainEvent): Leg[] {
  switch (event.type) {
    case "CreditGranted":
      return move("1000", `2000:${event.payload.accountId}`, event.payload.amountMicroKyat);
    case "HoldPlaced":
      return move(`2000:${event.payload.accountId}`, "2100", event.payload.amountMicroKyat);
    case "HoldReleased":
    case "HoldExpired":
      return move("2100", `2000:${event.payload.accountId}`, event.payload.amountMicroKyat);
    default:
      return [];
  }
}

function move(debit: string, credit: string, amount: bigint): Leg[] {
  return [
    { account: debit, currency: "MMK", amount },
    { account: credit, currency: "MMK", amount: -amount },
  ];
}

function accepted(events: readonly DomainEvent[]): Decision {
  return { status: "accepted", events, result: { events: events.length } };
}

function rejected(
  code: "invalid_command" | "request_exists" | "insufficient_credit" | "hold_not_found",
  message: string,
): Decision {
  return { status: "rejected", rejection: { code, message, details: {} } };
}
