/** Random histories that a ledger could have written. @module */
import { NO_LIMITS } from "../../shared/limits/mod.ts";
import type { CallFacts, DomainEvent, EventOf } from "../../shared/events/mod.ts";
import { UNKNOWN_CALL } from "../../shared/events/mod.ts";
import { uuidv7 } from "../../shared/ids/mod.ts";

type Hold = EventOf<"HoldPlaced">["payload"];

const PRICING = {
  priceVersion: 1,
  ratesPicoUsdPerUnit: { input: 150_000n, output: 600_000n },
  markupVersion: 1,
  markupPartsPerMillion: 50_000,
  fxVersion: 1,
  fxMicroKyat: 4_500_000_000n,
  fxNanoUsd: 1_000_000_000n,
};

/**
 * A history of at least `length` events: accounts, keys, budgets, prices, and calls that end in every
 * way that there is, late settlements included. The same seed gives the same history.
 */
export function historyOf(seed: number, length: number): DomainEvent[] {
  const pick = generator(seed);
  const events: DomainEvent[] = [...openings()];
  const open: Hold[] = [];
  const expired: Hold[] = [];
  for (let index = 0; events.length < length; index++) {
    const choice = pick(10);
    if (choice < 4 || open.length === 0) {
      const hold = placeHold(pick, seed, index);
      open.push(hold);
      events.push({ type: "HoldPlaced", payload: hold });
    } else if (choice === 9 && expired.length > 0) {
      const [hold] = expired.splice(pick(expired.length), 1);
      events.push(late(hold!, pick));
    } else if (choice === 8) {
      events.push(credit(pick));
    } else {
      const at = pick(open.length);
      const event = progressOrEnd(open[at]!, pick);
      events.push(event);
      if (event.type === "UsageReported" || event.type === "HoldExtended") continue;
      const [hold] = open.splice(at, 1);
      const lapsed = event.type === "HoldExpired" ||
        event.type === "HoldSettled" && event.payload.basis === "expiry";
      if (lapsed) expired.push(hold!);
    }
  }
  return events;
}

const LIMITS = { ...NO_LIMITS, requestsPerMinute: 1_000_000 };

const MODELS = ["gpt-4o", "gpt-4o-mini"];
const ACCOUNTS = ["acc-1", "acc-2", "acc-3"];

function openings(): DomainEvent[] {
  const prices = ["gpt-4o", "gpt-4o-mini"].map((model): DomainEvent => ({
    type: "PricePublished",
    payload: {
      model,
      priceVersion: 1,
      displayName: model,
      ownedBy: "openai",
      ratesPicoUsdPerUnit: PRICING.ratesPicoUsdPerUnit,
      contextWindowTokens: 128_000,
      maxOutputTokens: 16_384,
      source: "test",
    },
  }));
  const tiered: DomainEvent = {
    type: "PricePublished",
    payload: {
      model: "openai/gpt-5.4",
      priceVersion: 1,
      displayName: "GPT-5.4",
      ownedBy: "openai",
      ratesPicoUsdPerUnit: PRICING.ratesPicoUsdPerUnit,
      contextWindowTokens: 1_050_000,
      maxOutputTokens: 128_000,
      source: "test",
      kind: "chat",
      tiers: [{ aboveInputTokens: 271_999, ratesPicoUsdPerUnit: { input: 5_000_000n } }],
      inputModalities: ["text", "image"],
      outputModalities: ["text"],
      capabilities: ["tools"],
      deprecatedOn: "2027-01-01",
      retiredOn: null,
      providers: ["openai"],
    },
  };
  return [
    ...prices,
    tiered,
    {
      type: "PriceWithdrawn",
      payload: { model: "openai/gpt-5.4", priceVersion: 1, reason: "test" },
    },
    {
      type: "PlanPublished",
      payload: {
        planId: "startup",
        planVersion: 1,
        name: "Startup",
        family: "api",
        monthlyPriceNanoUsd: 29_000_000_000n,
        limits: LIMITS,
      },
    },
    { type: "MarkupSet", payload: { markupVersion: 1, markupPartsPerMillion: 50_000 } },
    {
      type: "FxRateSet",
      payload: {
        fxVersion: 1,
        microKyat: 4_500_000_000n,
        nanoUsd: 1_000_000_000n,
        source: "test",
      },
    },
    ...ACCOUNTS.flatMap(opening),
  ];
}

function opening(accountId: string): DomainEvent[] {
  return [
    { type: "AccountOpened", payload: { accountId, name: accountId, currency: "MMK" } },
    ...["k1", "k2"].map((keyId): DomainEvent => ({
      type: "KeyIssued",
      payload: {
        accountId,
        keyId,
        keyHash: "0".repeat(64),
        prefix: "sk-sgl-0000…",
        label: keyId,
        expiresAtMs: null,
      },
    })),
    {
      type: "KeyConfigured",
      payload: {
        accountId,
        keyId: "k1",
        settingsVersion: 1,
        label: "renamed",
        expiresAtMs: 10 ** 15,
        allowedModels: ["gpt-4o", "gpt-4o-mini"],
        ipRanges: ["192.0.2.0/24"],
        routerId: null,
        tags: ["batch"],
      },
    },
    ...[null, "k2"].map((keyId): DomainEvent => ({
      type: "PlanAssigned",
      payload: { accountId, keyId, planId: "startup", planVersion: 1, limits: LIMITS },
    })),
    {
      type: "BudgetSet",
      payload: {
        accountId,
        keyId: null,
        teamId: "team-1",
        period: "week",
        limitMicroKyat: 10n ** 12n,
      },
    },
    {
      type: "BudgetSet",
      payload: { accountId, keyId: null, period: "day", limitMicroKyat: 10n ** 12n },
    },
    {
      type: "CreditGranted",
      payload: {
        accountId,
        amountMicroKyat: 10n ** 15n,
        source: "manual_payment",
        reference: "test",
      },
    },
  ];
}

type Pick = (below: number) => number;

function credit(pick: Pick): DomainEvent {
  const accountId = ACCOUNTS[pick(ACCOUNTS.length)]!;
  const amountMicroKyat = BigInt(1 + pick(1_000_000));
  const kind = pick(3);
  if (kind === 2) {
    const reference = `note-${pick(1_000_000_000)}`;
    const period = { fromDay: "2026-11-01", toDay: "2026-11-30" };
    const payload = { accountId, amountMicroKyat, reference, ...period, reason: "test" };
    return { type: "CreditNoteIssued", payload };
  }
  return kind === 0
    ? { type: "AdjustmentPosted", payload: { accountId, amountMicroKyat, reason: "test" } }
    : {
      type: "CreditGranted",
      payload: { accountId, amountMicroKyat, source: "promotion", reference: "test" },
    };
}

function placeHold(pick: Pick, seed: number, index: number): Hold {
  const hold = {
    accountId: ACCOUNTS[pick(ACCOUNTS.length)]!,
    requestId: uuidv7({
      clock: { nowMs: () => 1_790_000_000_000 + seed * 1_000_000 + index },
      random: { bytes: (size) => Uint8Array.from({ length: size }, () => pick(256)) },
    }),
    keyId: `k${1 + pick(2)}`,
    edgeId: "edge-1",
    model: MODELS[pick(2)]!,
    endpoint: "chat.completions",
    amountMicroKyat: BigInt(1_000_000 + pick(1_000_000)),
    inputTokensBound: pick(1_000),
    outputTokensRequested: pick(2) === 0 ? null : pick(1_000),
    outputTokensGranted: 1 + pick(1_000),
    pricing: PRICING,
    expiresAtMs: 1_800_000_000_000,
  };
  return { ...hold, ...choicesOf(hold.model, generator(seed * 7_919 + index)) };
}

/** What else a hold covers; most cover nothing else. */
function choicesOf(model: string, pick: Pick): Partial<Hold> {
  const pricing = { ...PRICING, priceVersion: 2, tiers: [] };
  const others = MODELS.filter((one) => one !== model);
  return {
    ...(pick(4) === 0
      ? { alternatives: others.map((one) => ({ model: one, pricing })), askedModel: "auto" }
      : {}),
    ...[
      { billing: "either", ownKeyFee: { feeVersion: 1, picoUsdPerRequest: 55_000_001n } } as const,
      { billing: "free" } as const,
      {},
      {},
    ][pick(4)],
  };
}

/** Who served, where the hold left a choice. */
function servedOf({ alternatives, billing, inputTokensBound }: Hold) {
  const pick = generator(inputTokensBound);
  return {
    ...(alternatives === undefined ? {} : { model: MODELS[pick(2)]! }),
    ...(billing === "either" ? { ownKey: pick(2) === 0 } : {}),
  };
}

function usageOf(pick: Pick) {
  return { input: pick(1_000), output: pick(1_000), ...(pick(3) === 0 ? { reasoning: 7 } : {}) };
}

function callOf(pick: Pick): CallFacts {
  const provider = ["openai", "azure"][pick(2)]!;
  return {
    ...UNKNOWN_CALL,
    provider,
    upstreamModel: "gpt-4o",
    attempts: [{
      provider,
      upstreamModel: "gpt-4o",
      status: 200,
      errorCode: null,
      durationMs: pick(900),
    }],
    clientStatus: 200,
    outcome: "completed",
  };
}

function progressOrEnd(hold: Hold, pick: Pick): DomainEvent {
  const { accountId, requestId, amountMicroKyat } = hold;
  const served = servedOf(hold);
  const of = { accountId, requestId };
  const usage = usageOf(pick);
  switch (pick(8)) {
    case 0:
      return {
        type: "UsageReported",
        payload: { ...of, sequence: 1, usage, evidence: "observed", ...served },
      };
    case 1:
      return { type: "HoldExtended", payload: { ...of, sequence: 1, expiresAtMs: 1 } };
    case 2:
      return { type: "HoldExpired", payload: { ...of, amountMicroKyat } };
    case 3:
      return {
        type: "HoldReleased",
        payload: { ...of, amountMicroKyat, reason: "upstream_failed", call: UNKNOWN_CALL },
      };
    default: {
      const atExpiry = pick(4) === 0;
      const chargedMicroKyat = BigInt(pick(1_000_000));
      const unbilledMicroKyat = BigInt(pick(3));
      return {
        type: "HoldSettled",
        payload: {
          ...of,
          basis: atExpiry ? "expiry" : "final",
          holdMicroKyat: amountMicroKyat,
          usage,
          evidence: atExpiry ? "observed" : "reported",
          chargeMicroKyat: chargedMicroKyat + unbilledMicroKyat,
          chargedMicroKyat,
          overageMicroKyat: 0n,
          releasedMicroKyat: amountMicroKyat - chargedMicroKyat,
          unbilledMicroKyat,
          costNanoUsd: BigInt(pick(1_000)),
          call: atExpiry ? UNKNOWN_CALL : callOf(pick),
          ...served,
        },
      };
    }
  }
}

function late(hold: Hold, pick: Pick): DomainEvent {
  const { accountId, requestId } = hold;
  const chargedMicroKyat = BigInt(pick(1_000));
  return {
    type: "LateUsageSettled",
    payload: {
      accountId,
      requestId,
      usage: usageOf(pick),
      evidence: "reported",
      chargeMicroKyat: chargedMicroKyat + 5n,
      alreadyChargedMicroKyat: 0n,
      chargedMicroKyat,
      unbilledMicroKyat: 5n,
      costNanoUsd: BigInt(pick(1_000)),
      call: callOf(pick),
      ...servedOf(hold),
    },
  };
}

/** Numbers from a seed (mulberry32); not for secrets. */
function generator(seed: number): Pick {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}
