import { describe, expect, it } from "vitest";
import { rateLimitHeaders } from "./mod.ts";

const NOW_MS = 1_000_000;

describe("rate limit headers", () => {
  it("tell of the tightest limit of each kind", () => {
    expect(rateLimitHeaders([
      { name: "requestsPerMinute", limit: 20, remaining: 19, resetAtMs: NOW_MS + 59_250 },
      { name: "requestsPerDay", limit: 10, remaining: 4, resetAtMs: NOW_MS + 3_600_000 },
      { name: "tokensPerMonth", limit: 100_000, remaining: 0, resetAtMs: NOW_MS + 86_400_000 },
      { name: "tokensPerMinute", limit: 9, remaining: 0, resetAtMs: NOW_MS + 1 },
      { name: "concurrentRequests", limit: 3, remaining: 1, resetAtMs: null },
    ], NOW_MS)).toEqual({
      "x-ratelimit-limit-requests": "10",
      "x-ratelimit-remaining-requests": "4",
      "x-ratelimit-reset-requests": "3600s",
      "x-ratelimit-limit-tokens": "100000",
      "x-ratelimit-remaining-tokens": "0",
      "x-ratelimit-reset-tokens": "86400s",
    });
  });

  it("count the time until a reset, which is never before now", () => {
    const limit = { name: "requestsPerMinute", limit: 1, remaining: 0 } as const;
    expect(rateLimitHeaders([{ ...limit, resetAtMs: NOW_MS + 1_500 }], NOW_MS))
      .toMatchObject({ "x-ratelimit-reset-requests": "1.5s" });
    expect(rateLimitHeaders([{ ...limit, resetAtMs: NOW_MS - 1_500 }], NOW_MS))
      .toMatchObject({ "x-ratelimit-reset-requests": "0s" });
  });

  it("say nothing where nothing is limited", () => {
    expect(rateLimitHeaders([], NOW_MS)).toEqual({});
    const only = { name: "concurrentRequests", limit: 3, remaining: 1, resetAtMs: null } as const;
    expect(rateLimitHeaders([only], NOW_MS)).toEqual({});
  });
});
