import { describe, expect, it } from "vitest";
import { REJECTION_CODES, type RejectionCode } from "../../shared/commands/mod.ts";
import { errorResponse } from "../errors.ts";
import { type HoldRequest, rejectionFailure } from "./mod.ts";

const request: HoldRequest = {
  accountId: "acc-1",
  requestId: "01990000-0000-7000-8000-000000000001",
  keyId: "key-1",
  edgeId: "edge-1",
  model: "model-1",
  endpoint: "chat.completions",
  inputTokensBound: 10,
  outputTokensRequested: 10,
  minimumOutputTokens: 1,
  holdTtlMs: 60_000,
};

type Details = Record<string, string | number | null>;

async function answered(code: RejectionCode, details: Details = {}) {
  const response = errorResponse(rejectionFailure({ code, message: "why", details }, request));
  const { error } = await response.json();
  return { status: response.status, error, headers: response.headers };
}

describe("a refused hold", () => {
  it.each<[RejectionCode, number, string, string]>([
    ["insufficient_credit", 402, "insufficient_quota", "insufficient_quota"],
    ["budget_exceeded", 402, "budget_exceeded", "insufficient_quota"],
    ["rate_limited", 429, "rate_limited", "rate_limit_error"],
    ["too_many_holds", 429, "too_many_requests", "rate_limit_error"],
    ["model_not_allowed", 403, "model_not_allowed", "permission_error"],
    ["idempotency_conflict", 409, "idempotency_conflict", "invalid_request_error"],
    ["idempotency_in_progress", 409, "idempotency_in_progress", "invalid_request_error"],
    ["idempotency_replay", 409, "idempotency_replay", "invalid_request_error"],
    ["plan_not_found", 500, "internal_error", "server_error"],
  ])("by %s is %s %s", async (code, status, errorCode, type) => {
    const { status: was, error } = await answered(code);
    expect([was, error.code, error.type]).toEqual([status, errorCode, type]);
  });

  it("is worded for every rejection there is", async () => {
    for (const code of REJECTION_CODES) {
      const { error } = await answered(code);
      expect(error.message.length).toBeGreaterThan(10);
    }
  });

  it.each([[60_000, null], [60_001, "false"]])(
    "by a limit for %d ms is repeated by clients where they need not sleep for long: %s",
    async (retryAfterMs, shouldRetry) => {
      const { headers } = await answered("rate_limited", { retryAfterMs, resetAtMs: 90_000 });
      expect(headers.get("x-should-retry")).toBe(shouldRetry);
      expect(headers.get("retry-after-ms")).toBe(`${retryAfterMs}`);
    },
  );

  it("is told without the ledger's own words for it", () => {
    const message = "Hold refused: it needs 2 kyat, available are 1";
    const refused = rejectionFailure(
      { code: "insufficient_credit", message, details: {} },
      request,
    );
    expect(refused.message).toContain(": it needs 2 kyat, available are 1.");
  });

  it("by a limit says what is left of it and when to come back", async () => {
    const { headers } = await answered("rate_limited", {
      name: "requestsPerMinute",
      limit: 20,
      remaining: 0,
      needed: 1,
      resetAtMs: 1_760_506_260_000,
      retryAfterMs: 44_100,
      keyId: null,
    });
    expect(Object.fromEntries(headers)).toMatchObject({
      "x-ratelimit-limit-requests": "20",
      "x-ratelimit-remaining-requests": "0",
      "x-ratelimit-reset-requests": "44.1s",
      "retry-after": "45",
      "retry-after-ms": "44100",
    });
    expect(headers.get("x-should-retry")).toBeNull();
  });

  it("by a limit that it can never meet makes no promise", async () => {
    const { headers } = await answered("rate_limited", {
      name: "tokensPerMinute",
      limit: 14,
      remaining: 14,
      needed: 15,
      resetAtMs: null,
      retryAfterMs: null,
      keyId: null,
    });
    expect(headers.get("retry-after")).toBeNull();
    expect(headers.get("x-should-retry")).toBe("false");
    expect(headers.get("x-ratelimit-reset-tokens")).toBeNull();
    expect(headers.get("x-ratelimit-limit-tokens")).toBe("14");
  });

  it("of a call that still runs says when to ask again, a conflict does not", async () => {
    expect((await answered("idempotency_in_progress")).headers.get("retry-after")).toBe("1");
    const { headers } = await answered("idempotency_conflict");
    expect([headers.get("retry-after"), headers.get("x-should-retry")]).toEqual([null, "false"]);
  });
});
