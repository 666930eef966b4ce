/** How holds begin and end in the accounts. @module */
import type { EventPayload } from "../../shared/events/mod.ts";
import type { Usage } from "../../shared/usage/mod.ts";
import { correctTokens, countCall, type CountedCall, giveBack, tokensOf } from "../limits/mod.ts";
import { addCharge } from "./budget.ts";
import { freeCall, type IdempotentCall, rememberCall, settleCall } from "./idempotency.ts";
import { addHold, closeLapsed, endHold, type LapsedHold, type OpenHold } from "./request.ts";
import { heldTerms } from "./served.ts";
import type { Account, AccountBook, ApiKey } from "./state.ts";

/** Opens a hold. */
export function placeHold(
  book: AccountBook,
  account: Account,
  payload: EventPayload<"HoldPlaced">,
  recordedAtMs: number,
): void {
  const key = keyOf(account, payload.keyId);
  addHold(book.requests, {
    state: "held",
    requestId: payload.requestId,
    accountId: payload.accountId,
    keyId: payload.keyId,
    amountMicroKyat: payload.amountMicroKyat,
    terms: heldTerms(payload),
    expiresAtMs: payload.expiresAtMs,
    extendSequence: 0,
    usageSequence: 0,
    progress: null,
    counted: count(account, key, payload, recordedAtMs),
    idempotent: remember(book, payload, recordedAtMs),
    heapIndex: -1,
  });
  for (const spending of key.spendings) spending.heldMicroKyat += payload.amountMicroKyat;
  account.openHolds++;
  key.openHolds++;
}

/** Counts a hold against limits; null where there never were any. */
function count(
  account: Account,
  key: ApiKey,
  { inputTokensBound, outputTokensGranted, billing }: EventPayload<"HoldPlaced">,
  atMs: number,
): CountedCall | null {
  if (account.limiter === null && key.limiter === null) return null;
  const by = [account, key].flatMap(({ limiter }) => limiter === null ? [] : [limiter.counters]);
  const tokens = billing === "free" ? 0 : inputTokensBound + outputTokensGranted;
  return countCall(by, { atMs, tokens });
}

function remember(
  book: AccountBook,
  { accountId, requestId, idempotency }: EventPayload<"HoldPlaced">,
  placedAtMs: number,
): IdempotentCall | null {
  if (idempotency === undefined) return null;
  const call = { accountId, requestId, ...idempotency, placedAtMs, isSettled: false };
  rememberCall(book.idempotency, call);
  return call;
}

/** Notes what a charged call has really used, and that its idempotency key is taken for good. */
function noteUsage(
  book: AccountBook,
  { counted, idempotent, terms }: OpenHold | LapsedHold,
  { usage, recordedAtMs }: { readonly usage: Usage; readonly recordedAtMs: number },
): void {
  if (counted !== null) correctTokens(counted, terms.billing === "free" ? 0 : tokensOf(usage));
  if (idempotent !== null) settleCall(book.idempotency, idempotent, recordedAtMs);
}

/** Ends a hold by a charge, final or at expiry. */
export function settleHold(
  book: AccountBook,
  account: Account,
  payload: EventPayload<"HoldSettled">,
  recordedAtMs: number,
): void {
  const hold = openHold(book, payload);
  const { requestId, accountId, chargeMicroKyat, chargedMicroKyat, costNanoUsd } = payload;
  const settled = { chargeMicroKyat, chargedMicroKyat, costNanoUsd };
  endHold(
    book.requests,
    hold,
    payload.basis === "final"
      ? { state: "settled", requestId, accountId }
      : lapsed(hold, { endedAtMs: recordedAtMs, settled }),
  );
  freeHold(
    account,
    hold,
    payload.chargedMicroKyat - payload.overageMicroKyat + payload.releasedMicroKyat,
  );
  charge(account, hold.keyId, payload.chargedMicroKyat, recordedAtMs);
  noteUsage(book, hold, { usage: payload.usage, recordedAtMs });
}

/** Gives a hold back. */
export function releaseHold(
  book: AccountBook,
  account: Account,
  payload: EventPayload<"HoldReleased">,
): void {
  const { requestId, accountId } = payload;
  const hold = openHold(book, payload);
  endHold(book.requests, hold, { state: "released", requestId, accountId });
  freeHold(account, hold, payload.amountMicroKyat);
  if (hold.counted !== null) giveBack(hold.counted);
  if (hold.idempotent !== null) freeCall(book.idempotency, hold.idempotent);
}

/** Gives a hold back whose time is up; usage may still come late. */
export function expireHold(
  book: AccountBook,
  account: Account,
  payload: EventPayload<"HoldExpired">,
  recordedAtMs: number,
): void {
  const hold = openHold(book, payload);
  endHold(book.requests, hold, lapsed(hold, { endedAtMs: recordedAtMs }));
  freeHold(account, hold, payload.amountMicroKyat);
  if (hold.counted !== null) correctTokens(hold.counted, 0);
  if (hold.idempotent !== null) freeCall(book.idempotency, hold.idempotent);
}

/** Charges late usage. Throws RangeError when the hold has not lapsed. */
export function settleLate(
  book: AccountBook,
  account: Account,
  payload: EventPayload<"LateUsageSettled">,
  recordedAtMs: number,
): void {
  const { requestId, accountId } = payload;
  const request = book.requests.byId.get(requestId);
  if (request?.state !== "expired" && request?.state !== "settled_at_expiry") {
    throw new RangeError(`late usage of ${requestId}, which has not lapsed`);
  }
  closeLapsed(book.requests, { state: "late_settled", requestId, accountId });
  charge(account, request.keyId, payload.chargedMicroKyat, recordedAtMs);
  noteUsage(book, request, { usage: payload.usage, recordedAtMs });
}

function lapsed(
  hold: OpenHold,
  how: {
    readonly endedAtMs: number;
    readonly settled?: Pick<LapsedHold, "chargeMicroKyat" | "chargedMicroKyat" | "costNanoUsd">;
  },
): LapsedHold {
  return {
    state: how.settled === undefined ? "expired" : "settled_at_expiry",
    requestId: hold.requestId,
    accountId: hold.accountId,
    keyId: hold.keyId,
    terms: hold.terms,
    endedAtMs: how.endedAtMs,
    counted: hold.counted,
    idempotent: hold.idempotent,
    chargeMicroKyat: how.settled?.chargeMicroKyat ?? 0n,
    chargedMicroKyat: how.settled?.chargedMicroKyat ?? 0n,
    costNanoUsd: how.settled?.costNanoUsd ?? 0n,
  };
}

function freeHold(account: Account, hold: OpenHold, bookedMicroKyat: bigint): void {
  if (bookedMicroKyat !== hold.amountMicroKyat) {
    throw new RangeError(
      `the hold of ${hold.requestId} was ${hold.amountMicroKyat}, the log ends ${bookedMicroKyat}`,
    );
  }
  const key = keyOf(account, hold.keyId);
  for (const spending of key.spendings) spending.heldMicroKyat -= hold.amountMicroKyat;
  account.openHolds--;
  key.openHolds--;
}

function charge(account: Account, keyId: string, amount: bigint, atMs: number): void {
  account.settledMicroKyat += amount;
  for (const spending of keyOf(account, keyId).spendings) addCharge(spending, amount, atMs);
}

/** The key. Throws RangeError when it was never issued. */
export function keyOf(account: Account, keyId: string): ApiKey {
  const key = account.keys.get(keyId);
  if (key === undefined) throw new RangeError(`key ${keyId} was never issued`);
  return key;
}

/** The open hold of a request. Throws RangeError when there is none. */
export function openHold(
  book: AccountBook,
  of: { readonly requestId: string; readonly accountId: string },
): OpenHold {
  const request = book.requests.byId.get(of.requestId);
  if (request?.state !== "held" || request.accountId !== of.accountId) {
    throw new RangeError(`request ${of.requestId} of ${of.accountId} has no open hold`);
  }
  return request;
}
