/** The laws about requests and what they cost. @module */
import type { JsonObject } from "../../shared/json.ts";
import { amount, type Books, priceOf, type RequestStory } from "./books.ts";
import type { Seen } from "./clients.ts";
import { type Evidence, objectOf } from "./evidence.ts";
import type { Violation } from "./laws.ts";
import type { Attempted } from "./upstream.ts";

/** Checks every request's end and charge against terms that stand in the log. */
export function checkRequests({ requests }: Books): Violation[] {
  return [...requests.values()].flatMap((request) => [
    ...request.ends.flatMap((end) => checkEnd(request, end)),
    ...request.late.flatMap((late, index) => checkLate(request, late, index)),
  ]);
}

function checkEnd(
  request: RequestStory,
  { type, atMs, payload }: RequestStory["ends"][number],
): Violation[] {
  const found: Violation[] = [];
  const { requestId, hold } = request;
  const say = (law: string, what: string) => found.push({ law, detail: `${requestId}: ${what}` });
  if ((type === "HoldExpired" || payload.basis === "expiry") && atMs < request.expiresAtMs) {
    say("15", `expired ${request.expiresAtMs - atMs} ms early`);
  }
  if (type !== "HoldSettled") {
    if (amount(payload.amountMicroKyat) !== hold) say("5", `${payload.amountMicroKyat} of ${hold}`);
    return found;
  }
  const { charge, cost } = priceOf(payload, request.held);
  if (amount(payload.chargeMicroKyat) !== charge || amount(payload.costNanoUsd) !== cost) {
    say("16", `charge ${payload.chargeMicroKyat}, cost ${payload.costNanoUsd}: ${charge}, ${cost}`);
  }
  const charged = amount(payload.chargedMicroKyat);
  const overage = amount(payload.overageMicroKyat);
  if (charged - overage + amount(payload.releasedMicroKyat) !== hold) {
    say("5", `${charged} less ${overage} and ${payload.releasedMicroKyat} do not make ${hold}`);
  }
  const carried = hold + request.availableAtEnd;
  const expected = charge < carried ? charge : carried;
  if (charged !== expected || charged + amount(payload.unbilledMicroKyat) !== charge) {
    say("18", `charged ${charged} and lost ${payload.unbilledMicroKyat} of ${charge}`);
  }
  return found;
}

function checkLate(
  request: RequestStory,
  { payload, available }: RequestStory["late"][number],
  index: number,
): Violation[] {
  const found: Violation[] = [];
  const say = (law: string, what: string) =>
    found.push({ law, detail: `${request.requestId}: ${what}` });
  const [end] = request.ends;
  const lapsed = end !== undefined &&
    (end.type === "HoldExpired" || end.payload.basis === "expiry");
  if (index > 0 || !lapsed) say("4", "settled late and once already");
  const before = end?.type === "HoldSettled" ? amount(end.payload.chargeMicroKyat) : 0n;
  const { charge } = priceOf(payload, request.held);
  if (amount(payload.chargeMicroKyat) !== charge) {
    say("16", `late charge ${payload.chargeMicroKyat}, but it is ${charge}`);
  }
  if (amount(payload.alreadyChargedMicroKyat) !== before) {
    say("18", `${payload.alreadyChargedMicroKyat} was charged already, but it was ${before}`);
  }
  const due = charge > before ? charge - before : 0n;
  const expected = due < available ? due : available;
  const charged = amount(payload.chargedMicroKyat);
  if (charged !== expected || charged + amount(payload.unbilledMicroKyat) !== due) {
    say("18", `late charged ${charged} and lost ${payload.unbilledMicroKyat} of ${due}`);
  }
  return found;
}

/**
 * Checks every call against what its provider knows: whoever saw the end of an answer pays for the
 * usage that was reported, once, as long as the edge that owes it lived or had handed it over.
 */
export function checkCalls(
  books: readonly Books[],
  evidence: Evidence,
  attempts: (callId: string) => readonly Attempted[],
): Violation[] {
  const found: Violation[] = [];
  const handedOver = new Set(
    evidence.wiped ? [] : evidence.stored.map(({ message }) => String(message.operationId)),
  );
  for (const seen of evidence.calls) {
    const { requestId } = seen;
    if (requestId === null) continue;
    const request = books.map((one) => one.requests.get(requestId)).find((one) => one);
    // What is shown again was charged before, by the last word that the edge of that time had.
    const owed = !seen.replayed &&
      (seen.process?.state !== "dead" || handedOver.has(`settle:${requestId}`));
    found.push(...checkCall(seen, request, attempts(seen.callId), owed));
  }
  return found;
}

function checkCall(
  seen: Seen,
  request: RequestStory | undefined,
  attempts: readonly Attempted[],
  owed: boolean,
): Violation[] {
  const { callId, requestId, complete } = seen;
  const say = (law: string, what: string) => [{ law, detail: `${callId} (${requestId}): ${what}` }];
  if (request === undefined) return complete ? say("12", "was answered, but never held") : [];
  const served = seen.attempt === null ? undefined : attempts[seen.attempt - 1];
  const usage = served?.reported ?? null;
  const { final, charged } = settlementOf(request);
  if (complete && owed && served !== undefined && usage !== null) {
    if (final === null) return say("18", "was answered, but not charged");
    if (!sameUsage(objectOf(final.usage), usage)) {
      return say("18", `charged for ${JSON.stringify(final.usage)}, not ${JSON.stringify(usage)}`);
    }
  }
  const wrong = final === null || served === undefined ? null : wrongServer(final, request, served);
  if (wrong !== null) return say("22", wrong);
  if (seen.cost !== null && charged !== kyatOf(seen.cost)) {
    return say("18", `the answer says ${seen.cost} kyat, the log ${charged} microkyat`);
  }
  return [];
}

/** The model that answered, and whose key paid for it, as the provider saw it. */
function wrongServer(final: JsonObject, { held }: RequestStory, served: Attempted): string | null {
  const model = String(final.model ?? held.model);
  const ownKey = final.ownKey === true;
  if (model === served.model && ownKey === served.ownKey) return null;
  return `was served by ${who(served)}, and is charged as by ${who({ model, ownKey })}`;
}

function who({ model, ownKey }: Pick<Attempted, "model" | "ownKey">): string {
  return `${model}${ownKey ? " with the customer's key" : ""}`;
}

/** The settlement on a final report, and everything that was taken from the wallet. */
function settlementOf(request: RequestStory): { final: JsonObject | null; charged: bigint } {
  const [end] = request.ends;
  const [late] = request.late;
  const atEnd = end?.type === "HoldSettled" ? amount(end.payload.chargedMicroKyat) : 0n;
  const charged = atEnd + (late === undefined ? 0n : amount(late.payload.chargedMicroKyat));
  if (late !== undefined) return { final: late.payload, charged };
  return { final: end?.payload.basis === "final" ? end.payload : null, charged };
}

function sameUsage(one: JsonObject, other: object): boolean {
  const text = (usage: object) => JSON.stringify(Object.entries(usage).sort());
  return text(one) === text(other);
}

function kyatOf(text: string): bigint {
  const [whole = "0", decimals = ""] = text.split(".");
  return BigInt(whole + decimals.padEnd(6, "0"));
}
