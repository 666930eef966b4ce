/** Rows as the projections would answer them. @module */
import type { AccountRow, PlanUsageRow, PriceRow, RequestRow } from "../../shared/read_api/mod.ts";

/** An account with some credit. */
export function sampleAccount(nowMs: number): AccountRow {
  return {
    accountId: "demo",
    name: "Demo developer",
    currency: "MMK",
    creditedMicroKyat: "50000000000",
    settledMicroKyat: "12345679",
    heldMicroKyat: "0",
    availableMicroKyat: "49987654321",
    openHolds: 0,
    openedAtMs: nowMs - 20 * 86_400_000,
    updatedAtMs: nowMs,
  };
}

const MODELS = ["gpt-4o-mini", "gpt-4o", "claude-sonnet-4-5", "gemini-2.5-flash"];
const STATES = ["settled", "settled", "held", "settled", "released", "expired", "late_settled"];

/** Requests of all states, newest first. */
export function sampleRequests(nowMs: number): RequestRow[] {
  return Array.from({ length: 45 }, (_, index) => sampleRequest(index, nowMs));
}

function sampleRequest(index: number, nowMs: number): RequestRow {
  const state = STATES[index % STATES.length] as RequestRow["state"];
  const model = MODELS[index % MODELS.length] ?? "";
  const ended = state !== "held";
  const charged = state === "settled" || state === "late_settled";
  const amount = String(1_203_471 * (index + 1));
  return {
    requestId: `01900000-0000-7000-8000-${String(index).padStart(12, "0")}`,
    accountId: "demo",
    keyId: "key-1",
    edgeId: "edge-1",
    endpoint: "/v1/chat/completions",
    model,
    askedModel: "auto",
    state,
    provider: charged ? "simulator" : null,
    call: ended
      ? {
        provider: charged ? "simulator" : null,
        upstreamModel: charged ? model : null,
        attempts: [
          {
            provider: "primary",
            upstreamModel: model,
            status: 529,
            errorCode: "upstream_overloaded",
            errorClass: "overloaded",
            keyLevel: "organisation",
            durationMs: 212,
          },
          {
            provider: "simulator",
            upstreamModel: model,
            status: 200,
            errorCode: null,
            keyLevel: "system",
            hedged: true,
            durationMs: 1_480,
          },
        ],
        streaming: true,
        clientStatus: 200,
        outcome: charged ? "completed" : "upstream_error",
        firstByteMs: 231,
        totalMs: 1_702,
        simulated: true,
        routing: {
          asked: "auto",
          router: "free-first",
          routerVersion: 2,
          strategy: "balanced",
          reasons: [
            "primary: best score of 2",
            "simulator: next in the fallback chain",
            "cerebras: left out, its circuit is open",
          ],
        },
        rawUsage: '{"prompt_tokens":1716,"completion_tokens":506,"cost":0.00052}',
        upstreamCostNanoUsd: 520_000,
      }
      : null,
    usage: charged
      ? { input: 1_204 + index, cached_input: 512, output: 386, reasoning: 120 }
      : null,
    evidence: charged ? "reported" : null,
    inputTokensBound: 2_048,
    outputTokensRequested: 4_096,
    outputTokensGranted: 4_096,
    holdMicroKyat: "14512500",
    chargeMicroKyat: charged ? amount : null,
    chargedMicroKyat: charged ? amount : null,
    unbilledMicroKyat: charged ? "0" : null,
    costNanoUsd: charged ? "509000" : null,
    pricing: {
      priceVersion: 3,
      ratesPicoUsdPerUnit: {
        input: "150000",
        cached_input: "75000",
        output: "600000",
        reasoning: "600000",
      },
      markupVersion: 1,
      markupPartsPerMillion: 50_000,
      fxVersion: 2,
      fxMicroKyat: "4500000000",
      fxNanoUsd: "1000000000",
    },
    ownKeyFeePicoUsd: index % 8 === 1 ? "200000000" : null,
    placedAtMs: nowMs - index * 3_600_000,
    endedAtMs: ended ? nowMs - index * 3_600_000 + 1_702 : null,
    placedPosition: String(1_000 - index * 2),
    endedPosition: ended ? String(1_001 - index * 2) : null,
  };
}

/** A published price. */
export function samplePrice(nowMs: number): PriceRow {
  return {
    model: "gpt-4o-mini",
    priceVersion: 3,
    displayName: "GPT-4o mini",
    ownedBy: "openai",
    ratesPicoUsdPerUnit: { input: 150_000n, cached_input: 75_000n, output: 600_000n },
    contextWindowTokens: 128_000,
    maxOutputTokens: 16_384,
    source: "catalogue 2026-08-01",
    publishedAtMs: nowMs,
  };
}

/** What the account and one of its keys have used. */
export function samplePlanUsage(nowMs: number): PlanUsageRow[] {
  return [
    {
      keyId: null,
      planId: "growth",
      planVersion: 3,
      limits: [
        {
          name: "requestsPerMinute",
          limit: 200,
          used: 150,
          remaining: 50,
          resetAtMs: nowMs + 60_000,
        },
        {
          name: "tokensPerMonth",
          limit: 10_000_000,
          used: 12_345,
          remaining: 9_987_655,
          resetAtMs: nowMs + 86_400_000,
        },
        { name: "concurrentRequests", limit: 4, used: 5, remaining: 0, resetAtMs: null },
      ],
    },
    { keyId: "key-1", planId: "business", planVersion: 1, limits: [] },
  ];
}
