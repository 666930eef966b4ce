/** The books of a log, kept here a second time and by nothing of the ledger's own code. @module */
import type { StoredEvent } from "../../ledger/store/mod.ts";
import type { JsonObject, JsonValue } from "../../shared/json.ts";
import { objectOf } from "./evidence.ts";

/** An account's wallet, in microkyat. */
export interface Wallet {
  credited: bigint;
  settled: bigint;
  held: bigint;
}

/** A request as the log tells it. */
export interface RequestStory {
  readonly requestId: string;
  readonly accountId: string;
  readonly edgeId: string;
  readonly hold: bigint;
  /** The payload of its HoldPlaced event. */
  readonly held: JsonObject;
  expiresAtMs: number;
  /** Events that ended its hold: exactly one in the end. */
  ends: { readonly type: string; readonly atMs: number; readonly payload: JsonObject }[];
  late: { readonly payload: JsonObject; readonly available: bigint }[];
  /** What the wallet could carry beside the hold when it was settled. */
  availableAtEnd: bigint;
}

/** Everything that a log says, and what in it cannot be true. */
export interface Books {
  readonly wallets: Map<string, Wallet>;
  readonly requests: Map<string, RequestStory>;
  /** By operation id: people's grants carry theirs as the reference. */
  readonly references: Map<string, number>;
  readonly wrong: { readonly law: string; readonly detail: string }[];
}

/** What the wallet can carry. */
export function available({ credited, settled, held }: Wallet): bigint {
  return credited - settled - held;
}

/** Keeps the books of one shard's log. */
export function keepBooks(events: readonly StoredEvent[]): Books {
  const books: Books = {
    wallets: new Map(),
    requests: new Map(),
    references: new Map(),
    wrong: [],
  };
  for (const event of events) {
    enter(books, event);
    for (const [accountId, wallet] of books.wallets) {
      const left = available(wallet);
      if (left < 0n) wrong(books, "1", `${accountId} has ${left} at position ${event.position}`);
    }
  }
  return books;
}

function enter(books: Books, { type, payload, recordedAtMs, position }: StoredEvent): void {
  const accountId = String(payload.accountId ?? "");
  const wallet = books.wallets.get(accountId);
  const request = books.requests.get(String(payload.requestId ?? ""));
  const at = `${type} at position ${position}`;
  switch (type) {
    case "AccountOpened":
      books.wallets.set(accountId, { credited: 0n, settled: 0n, held: 0n });
      return;
    case "CreditGranted":
    case "AdjustmentPosted":
    case "CreditNoteIssued": {
      if (wallet === undefined) return wrong(books, "1", `${at} has no wallet`);
      wallet.credited += amount(payload.amountMicroKyat);
      const reference = String(payload.reference ?? payload.reason);
      books.references.set(reference, (books.references.get(reference) ?? 0) + 1);
      return;
    }
    case "HoldPlaced": {
      if (wallet === undefined) return wrong(books, "1", `${at} has no wallet`);
      if (request !== undefined) wrong(books, "4", `${at} holds ${request.requestId} again`);
      wallet.held += amount(payload.amountMicroKyat);
      const requestId = String(payload.requestId);
      books.requests.set(requestId, {
        requestId,
        accountId,
        edgeId: String(payload.edgeId),
        hold: amount(payload.amountMicroKyat),
        held: payload,
        expiresAtMs: Number(payload.expiresAtMs),
        ends: [],
        late: [],
        availableAtEnd: 0n,
      });
      return;
    }
    case "HoldExtended":
      if (request !== undefined) request.expiresAtMs = Number(payload.expiresAtMs);
      return;
    case "HoldSettled":
    case "HoldReleased":
    case "HoldExpired": {
      if (wallet === undefined || request === undefined) {
        return wrong(books, "4", `${at} ends a hold that was never placed`);
      }
      if (request.ends.length > 0) wrong(books, "4", `${at} ends ${request.requestId} again`);
      request.availableAtEnd = available(wallet);
      request.ends.push({ type, atMs: recordedAtMs, payload });
      wallet.held -= request.hold;
      if (type === "HoldSettled") wallet.settled += amount(payload.chargedMicroKyat);
      return;
    }
    case "LateUsageSettled":
      if (wallet === undefined || request === undefined) {
        return wrong(books, "4", `${at} is of a request that was never held`);
      }
      request.late.push({ payload, available: available(wallet) });
      wallet.settled += amount(payload.chargedMicroKyat);
      return;
    default:
      return;
  }
}

function wrong(books: Books, law: string, detail: string): void {
  books.wrong.push({ law, detail });
}

/** An amount as JSON carries it. */
export function amount(value: JsonValue | undefined): bigint {
  return BigInt(String(value));
}

/** Classes without a rate of their own are billed as these. */
const FALLBACK: Readonly<Record<string, string>> = {
  cached_input: "input",
  cache_write_5m: "input",
  cache_write_1h: "input",
  reasoning: "output",
  audio_input: "input",
  image_input: "input",
  audio_output: "output",
  image_output: "output",
};

/**
 * The charge in microkyat and the cost in nanodollars of an end, each as one fraction that is rounded
 * half up once: kyat = Σ units × pUSD × (1 + markup) × (µMMK per nUSD) / 1000, at the terms that its
 * hold pinned for whoever served. The customer's own key costs the pinned fee, and a call that no
 * provider bills costs nothing.
 */
export function priceOf(end: JsonObject, held: JsonObject): { charge: bigint; cost: bigint } {
  const others = (held.alternatives ?? []) as readonly JsonObject[];
  const served = others.find(({ model }) => model === end.model) ?? held;
  const pricing = objectOf(served.pricing);
  if (held.billing === "free") return { charge: 0n, cost: 0n };
  const perNanoUsd = [amount(pricing.fxMicroKyat), amount(pricing.fxNanoUsd)] as const;
  if (end.ownKey === true) {
    const fee = amount(objectOf(held.ownKeyFee).picoUsdPerRequest);
    return { charge: halfUp(fee * perNanoUsd[0], 1_000n * perNanoUsd[1]), cost: 0n };
  }
  const usage = objectOf(end.usage);
  const rates = ratesOf(usage, pricing);
  let picoUsd = 0n;
  for (const [usageClass, units] of Object.entries(usage)) {
    const rate = rates[usageClass] ?? rates[FALLBACK[usageClass] ?? ""] ?? "0";
    picoUsd += amount(units) * amount(rate);
  }
  const charge = picoUsd * (1_000_000n + amount(pricing.markupPartsPerMillion)) * perNanoUsd[0];
  return {
    charge: halfUp(charge, 1_000_000n * 1_000n * perNanoUsd[1]),
    cost: halfUp(picoUsd, 1_000n),
  };
}

/** The base rates, overlaid by those of the last tier that the input exceeds. */
function ratesOf(usage: JsonObject, pricing: JsonObject): JsonObject {
  const input = Object.entries(usage).reduce(
    (sum, [name, units]) => /input|cache/.test(name) ? sum + amount(units) : sum,
    0n,
  );
  const tiers = (pricing.tiers ?? []) as readonly JsonObject[];
  const tier = tiers.findLast(({ aboveInputTokens }) => input > amount(aboveInputTokens));
  return { ...objectOf(pricing.ratesPicoUsdPerUnit), ...objectOf(tier?.ratesPicoUsdPerUnit ?? {}) };
}

function halfUp(numerator: bigint, denominator: bigint): bigint {
  return (2n * numerator + denominator) / (2n * denominator);
}
