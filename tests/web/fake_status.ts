/** How the gateway is doing, as the fake rooms have it. @module */
import type { GatewayStatus } from "../../shared/read_api/mod.ts";

const durations = { calls: 40, meanMs: 510, p50Ms: 480, p95Ms: 1_240, p99Ms: 2_000, maxMs: 2_100 };

/** An hour with a provider that is out, whose calls another one served. */
export function sampleStatus(nowMs: number): GatewayStatus {
  const stepMs = 60_000;
  const toMs = (Math.floor(nowMs / stepMs) + 1) * stepMs;
  const fromMs = toMs - 60 * stepMs;
  const row = { lastServedAtMs: nowMs - 4_000, lastFailedAtMs: null, latency: durations };
  return {
    fromMs,
    toMs,
    health: {
      state: "live",
      edges: [{ edgeId: "edge-1", heardMsAgo: 1_400 }, { edgeId: "edge-2", heardMsAgo: 3_200 }],
      subjects: [
        {
          kind: "provider",
          name: "groq",
          phase: "open",
          trips: 2,
          openForMs: 42_000,
          changedMsAgo: 18_000,
          heardMsAgo: 1_400,
          edgeId: "edge-1",
        },
        {
          kind: "model",
          name: "cerebras/llama-3.3-70b",
          phase: "half_open",
          trips: 1,
          openForMs: 0,
          changedMsAgo: 61_000,
          heardMsAgo: 3_200,
          edgeId: "edge-2",
        },
      ],
    },
    providers: [
      { provider: "openai", phase: "closed", attempts: 1_204, failures: 3, served: 1_190, ...row },
      {
        provider: "groq",
        phase: "open",
        attempts: 62,
        failures: 62,
        served: 0,
        lastServedAtMs: null,
        lastFailedAtMs: nowMs - 18_000,
        latency: null,
      },
      { provider: "cerebras", phase: "closed", attempts: 60, failures: 2, served: 58, ...row },
    ],
    calls: { requests: 1_256, open: 4, failed: 4, simulated: 0 },
    fallbacks: {
      calls: 62,
      rescued: 58,
      exhausted: 4,
      hedged: 3,
      paths: [
        { from: "groq", to: "cerebras", errorClass: "overloaded", times: 60 },
        { from: "cerebras", to: "openai", errorClass: "rate_limit", times: 2 },
      ],
    },
    finalProviders: [
      { provider: "openai", requests: 1_190 },
      { provider: "cerebras", requests: 58 },
      { provider: "none", requests: 4 },
    ],
    stepMs,
    series: Array.from({ length: 60 }, (_, index) => {
      const requests = (index * 17) % 41;
      return {
        atMs: fromMs + index * stepMs,
        requests,
        failed: index % 20 === 0 ? 1 : 0,
        fallbacks: index > 40 ? 3 : 0,
        p50Ms: requests === 0 ? null : 400 + (index * 13) % 90,
        p95Ms: requests === 0 ? null : 900 + (index * 29) % 700,
      };
    }),
  };
}
