/** Requests: one hold each, one end, and the amounts of that end. @module */
import type { JsonMembers } from "../canonical.ts";
import { amountOf, integerOf, membersOf, textOf } from "../payload.ts";
import { coverOf, type Held, servedPrice } from "../held.ts";
import { decreased } from "../usage.ts";
import type { Place } from "./place.ts";
import { checkExpirySettlement, checkLateSettlement, checkSettlement } from "./settlements.ts";

/** A hold that nothing has ended yet. */
export interface OpenHold {
  readonly state: "open";
  readonly accountId: string;
  readonly amount: bigint;
  readonly held: Held;
  expiresAtMs: number;
  extension: number;
  report: number;
  /** The payload of the last progress report. */
  progress: JsonMembers | null;
}

/** A hold that ended by its time: usage may come late, once. */
export interface LapsedHold {
  readonly state: "lapsed";
  readonly accountId: string;
  readonly held: Held;
  readonly endedAtMs: number;
  readonly charge: bigint;
  readonly cost: bigint;
}

type Request = OpenHold | LapsedHold | "settled" | "released" | "settled late";

/** Late usage is taken this long after a hold's end. */
const LATE_WINDOW_MS = 604_800_000;

/** All requests of a shard. Needs memory for every request that the log ever had. */
export class RequestBook {
  readonly #requests = new Map<string, Request>();

  /** Begins a request with a hold of what it pins. */
  place(payload: JsonMembers, held: Held, place: Place): void {
    const requestId = textOf(payload, "requestId");
    const before = this.#requests.get(requestId);
    place.check("request", before === undefined ? null : `request ${requestId} is held twice`);
    const amount = amountOf(payload, "amountMicroKyat");
    const expected = coverOf(payload, held);
    place.check(
      "hold",
      amount === expected ? null : `the hold is ${amount}, its bounds need ${expected}`,
    );
    this.#requests.set(requestId, {
      state: "open",
      accountId: textOf(payload, "accountId"),
      amount,
      held,
      expiresAtMs: integerOf(payload, "expiresAtMs"),
      extension: 0,
      report: 0,
      progress: null,
    });
  }

  /** Gives an open hold more time. */
  extend(payload: JsonMembers, place: Place): void {
    const hold = this.#openHold(payload, place);
    if (hold === null) return;
    const sequence = integerOf(payload, "sequence");
    const expiresAtMs = integerOf(payload, "expiresAtMs");
    const problem = sequence <= hold.extension
      ? `extension ${sequence} comes after ${hold.extension}`
      : expiresAtMs < hold.expiresAtMs
      ? `the extension ends at ${expiresAtMs}, before ${hold.expiresAtMs}`
      : null;
    place.check("expiry", problem);
    hold.extension = sequence;
    hold.expiresAtMs = expiresAtMs;
  }

  /** Notes progress of an open hold. */
  report(payload: JsonMembers, place: Place): void {
    const hold = this.#openHold(payload, place);
    if (hold === null) return;
    const sequence = integerOf(payload, "sequence");
    const usage = membersOf(payload, "usage");
    const less = hold.progress === null
      ? null
      : decreased(membersOf(hold.progress, "usage"), usage);
    const served = servedPrice(payload, hold.held);
    if (typeof served === "string") place.fail("terms", served);
    const problem = sequence <= hold.report
      ? `report ${sequence} comes after ${hold.report}`
      : less === null
      ? null
      : `the reported ${less} is less than before`;
    if (problem !== null) place.fail("request", problem);
    hold.report = sequence;
    hold.progress = payload;
  }

  /** Ends a hold by a charge; `available` is what the wallet could carry before. */
  settle(payload: JsonMembers, available: bigint, place: Place): void {
    const hold = this.#openHold(payload, place);
    if (hold === null) return;
    const atExpiry = payload["basis"] === "expiry";
    if (atExpiry) checkExpirySettlement(payload, hold, place);
    checkSettlement(payload, hold, available, place);
    this.#requests.set(
      textOf(payload, "requestId"),
      atExpiry ? lapsed(hold, payload, place) : "settled",
    );
  }

  /** Ends a hold without a charge. */
  release(payload: JsonMembers, place: Place): void {
    const hold = this.#openHold(payload, place);
    if (hold === null) return;
    this.#givenBack(payload, hold, place);
    this.#requests.set(textOf(payload, "requestId"), "released");
  }

  /** Ends a hold whose time is up, without a charge. */
  expire(payload: JsonMembers, place: Place): void {
    const hold = this.#openHold(payload, place);
    if (hold === null) return;
    this.#givenBack(payload, hold, place);
    checkExpirySettlement(payload, hold, place);
    this.#requests.set(textOf(payload, "requestId"), lapsed(hold, null, place));
  }

  /** Charges usage that came after its hold had lapsed. */
  settleLate(payload: JsonMembers, available: bigint, place: Place): void {
    const requestId = textOf(payload, "requestId");
    const request = this.#requests.get(requestId);
    if (request === undefined) {
      return place.missing("request", "ends of requests", `request ${requestId} was never held`);
    }
    if (typeof request === "string" || request.state !== "lapsed") {
      return place.check("request", `request ${requestId} has late usage and has not lapsed`);
    }
    place.check("request", this.#stranger(payload, request));
    const latest = request.endedAtMs + LATE_WINDOW_MS;
    place.check(
      "expiry",
      place.recordedAt <= latest ? null : `late usage at ${place.recordedAt}, after ${latest}`,
    );
    checkLateSettlement(payload, request, available, place);
    this.#requests.set(requestId, "settled late");
  }

  /** What is held now, by account. */
  held(): Map<string, bigint> {
    const held = new Map<string, bigint>();
    for (const request of this.#requests.values()) {
      if (typeof request === "string" || request.state !== "open") continue;
      held.set(request.accountId, (held.get(request.accountId) ?? 0n) + request.amount);
    }
    return held;
  }

  #openHold(payload: JsonMembers, place: Place): OpenHold | null {
    const requestId = textOf(payload, "requestId");
    const request = this.#requests.get(requestId);
    if (request === undefined) {
      place.missing("request", "ends of requests", `request ${requestId} was never held`);
      return null;
    }
    if (typeof request === "string" || request.state !== "open") {
      const state = typeof request === "string" ? request : request.state;
      place.check("request", `request ${requestId} is ${state} already`);
      return null;
    }
    place.check("request", this.#stranger(payload, request));
    return request;
  }

  #stranger(payload: JsonMembers, request: OpenHold | LapsedHold): string | null {
    const accountId = textOf(payload, "accountId");
    return accountId === request.accountId
      ? null
      : `request ${payload["requestId"]} is of ${request.accountId}, not of ${accountId}`;
  }

  #givenBack(payload: JsonMembers, hold: OpenHold, place: Place): void {
    const amount = amountOf(payload, "amountMicroKyat");
    place.check(
      "split",
      amount === hold.amount ? null : `${amount} is given back of a hold of ${hold.amount}`,
    );
  }
}

function lapsed(hold: OpenHold, settled: JsonMembers | null, place: Place): LapsedHold {
  return {
    state: "lapsed",
    accountId: hold.accountId,
    held: hold.held,
    endedAtMs: place.recordedAt,
    charge: settled === null ? 0n : amountOf(settled, "chargeMicroKyat"),
    cost: settled === null ? 0n : amountOf(settled, "costNanoUsd"),
  };
}
