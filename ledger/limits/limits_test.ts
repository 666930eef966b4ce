import { describe, expect, it } from "vitest";
import { UNKNOWN_CALL } from "../../shared/events/mod.ts";
import { type Limits, NO_LIMITS } from "../../shared/limits/mod.ts";
import {
  command,
  keyHash,
  READY_TO_CALL,
  requestId,
  Scenario,
  STORY_START_MS,
} from "../shard/scenario.ts";

/** A story with a plan, at the start of a second and at noon in Yangon. */
function limited(limits: Partial<Limits>, keyId: string | null = null): Scenario {
  const scenario = new Scenario();
  scenario.given(...READY_TO_CALL, command("GrantCredit", { amountMicroKyat: 100_000_000n }));
  assign(scenario, limits, keyId);
  return scenario;
}

function assign(scenario: Scenario, limits: Partial<Limits>, keyId: string | null = null): void {
  const planId = `plan-${keyId ?? "account"}`;
  scenario.given(
    command("PublishPlan", { planId, limits: { ...NO_LIMITS, ...limits } }),
    command("AssignPlan", { keyId, planId }),
  );
}

/** 10 input tokens at most and 10 of output, of which 5 are useful. */
const hold = (n: number, more = {}) => command("PlaceHold", { requestId: requestId(n), ...more });
const settle = (n: number, usage = {}) =>
  command("SettleHold", { requestId: requestId(n), usage: { input: 10, output: 5, ...usage } });
const release = (n: number) => command("ReleaseHold", { requestId: requestId(n) });

/** What the edge is told of a hold, or why it is refused. */
function told(scenario: Scenario, n: number, more = {}): unknown {
  const decision = scenario.attempt(hold(n, more));
  if (decision.status === "rejected") return decision.rejection.details;
  return decision.result.rateLimits;
}

function refused(scenario: Scenario, n: number, more = {}): boolean {
  const decision = scenario.attempt(hold(n, more));
  if (decision.status === "accepted") return false;
  expect(decision.rejection.code).toBe("rate_limited");
  return true;
}

describe("requests a minute", () => {
  it("slide: each second of the last sixty counts, and falls out after exactly sixty", () => {
    const scenario = limited({ requestsPerMinute: 2 });
    scenario.wait(900).given(hold(1));
    scenario.wait(30_000).given(hold(2));
    expect(refused(scenario, 3)).toBe(true);
    // The first call was in second 0; second 60 begins 59.1 s after it.
    scenario.nowMs = STORY_START_MS + 59_999;
    expect(refused(scenario, 3)).toBe(true);
    scenario.wait(1).given(hold(3));
    expect(refused(scenario, 4)).toBe(true);
  });

  it("say when one more fits, and when all are free again", () => {
    const scenario = limited({ requestsPerMinute: 2 });
    scenario.wait(900).given(hold(1));
    scenario.wait(10_000);
    expect(told(scenario, 2)).toEqual([{
      name: "requestsPerMinute",
      limit: 2,
      remaining: 0,
      resetAtMs: STORY_START_MS + 70_000,
    }]);
    scenario.wait(5_000);
    expect(told(scenario, 3)).toEqual({
      name: "requestsPerMinute",
      limit: 2,
      remaining: 0,
      needed: 1,
      resetAtMs: STORY_START_MS + 60_000,
      retryAfterMs: 44_100,
      keyId: null,
    });
  });

  it("count calls that were given back: the limit is about how fast they come", () => {
    const scenario = limited({ requestsPerMinute: 1 });
    scenario.given(hold(1), release(1));
    expect(refused(scenario, 2)).toBe(true);
  });
});

describe("calls that no provider bills", () => {
  const free = { billing: "free" } as const;

  it("count as calls", () => {
    const scenario = limited({ requestsPerMinute: 1, requestsPerDay: 5 });
    expect(told(scenario, 1, free)).toMatchObject([{ remaining: 0 }, { remaining: 4 }]);
    expect(refused(scenario, 2, free)).toBe(true);
  });

  it("count no tokens, before and after, and fit where more was used than there is", () => {
    const scenario = limited({ tokensPerMinute: 20 });
    scenario.given(hold(1), settle(1, { output: 90 }));
    expect(refused(scenario, 2)).toBe(true);
    expect(told(scenario, 2, free)).toMatchObject([{ limit: 20, remaining: 0 }]);
    scenario.wait(61_000).given(hold(3, free));
    scenario.given(settle(3, { input: 10_000 }));
    expect(told(scenario, 4)).toMatchObject([{ remaining: 0 }]);
    expect(refused(scenario, 5)).toBe(true);
    expect(told(scenario, 5, free)).toMatchObject([{ remaining: 0 }]);
  });
});

describe("tokens a minute", () => {
  it("reserve the input bound and the granted output, and settle for what was used", () => {
    const scenario = limited({ tokensPerMinute: 40 });
    expect(told(scenario, 1)).toMatchObject([{ limit: 40, remaining: 20 }]);
    scenario.given(settle(1, { output: 2 }));
    expect(told(scenario, 2)).toMatchObject([{ remaining: 8 }]);
    expect(refused(scenario, 3)).toBe(true);
    scenario.given(release(2));
    expect(told(scenario, 3)).toMatchObject([{ remaining: 8 }]);
  });

  it("lower the granted output as far as is useful", () => {
    const scenario = limited({ tokensPerMinute: 35 });
    scenario.given(hold(1));
    const decision = scenario.attempt(hold(2));
    expect(decision).toMatchObject({ result: { outputTokensGranted: 5 } });
    scenario.given(release(2), settle(1, { output: 6 }));
    assign(scenario, { tokensPerMinute: 30 });
    expect(told(scenario, 3)).toMatchObject({ remaining: 14, needed: 15 });
  });

  it("correct the second in which the call began, and only while it counts", () => {
    const scenario = limited({ tokensPerMinute: 60 });
    scenario.given(hold(1));
    scenario.wait(30_000).given(hold(2), hold(3));
    expect(refused(scenario, 4)).toBe(true);
    scenario.wait(30_000);
    expect(told(scenario, 4)).toMatchObject([{ remaining: 0 }]);
    // The first call is out of the window by now: what it really used changes nothing.
    scenario.given(settle(1, { output: 0 }), release(4));
    expect(told(scenario, 5)).toMatchObject([{ remaining: 0 }]);
  });

  it("count every class of tokens, and no other unit", () => {
    const scenario = limited({ tokensPerMinute: 1_000 });
    scenario.given(hold(1));
    const usage = { input: 1, cached_input: 2, reasoning: 4, searches: 8, seconds: 16 };
    const settled = { requestId: requestId(1), usage, call: UNKNOWN_CALL };
    scenario.given(command("SettleHold", settled));
    expect(told(scenario, 2)).toMatchObject([{ remaining: 1_000 - 7 - 20 }]);
  });

  it("that a call needs more of than there ever are make no promise", () => {
    const scenario = limited({ tokensPerMinute: 14 });
    expect(told(scenario, 1)).toMatchObject({ needed: 15, resetAtMs: null, retryAfterMs: null });
  });

  it("fit again as soon as enough seconds have passed", () => {
    const scenario = limited({ tokensPerMinute: 60 });
    for (const n of [1, 2, 3]) {
      scenario.given(hold(n));
      scenario.wait(10_000);
    }
    expect(told(scenario, 4, { inputTokensBound: 30 })).toMatchObject({
      needed: 35,
      resetAtMs: STORY_START_MS + 70_000,
    });
    scenario.nowMs = STORY_START_MS + 69_999;
    expect(refused(scenario, 4, { inputTokensBound: 30 })).toBe(true);
    scenario.wait(1);
    expect(refused(scenario, 4, { inputTokensBound: 30 })).toBe(false);
  });
});

describe("requests a day", () => {
  const MIDNIGHT_MS = STORY_START_MS + 12 * 3_600_000;

  it("start again at midnight in Yangon", () => {
    const scenario = limited({ requestsPerDay: 2 });
    expect(told(scenario, 1)).toMatchObject([{ remaining: 1, resetAtMs: MIDNIGHT_MS }]);
    scenario.given(settle(1), hold(2));
    expect(told(scenario, 3)).toMatchObject({ remaining: 0, resetAtMs: MIDNIGHT_MS });
    scenario.nowMs = MIDNIGHT_MS - 1;
    expect(refused(scenario, 3)).toBe(true);
    scenario.wait(1).given(hold(3));
    // It was yesterday's.
    scenario.given(release(2), hold(4));
    expect(refused(scenario, 5)).toBe(true);
  });

  it("are given back by calls that were released, not by those that expired", () => {
    const scenario = limited({ requestsPerDay: 1 });
    scenario.given(hold(1), release(1), hold(2));
    scenario.wait(60_000).given(command("ExpireHold", { requestId: requestId(2) }));
    expect(refused(scenario, 3)).toBe(true);
  });
});

describe("tokens a month", () => {
  const NOVEMBER_MS = Date.parse("2025-11-01T00:00:00+06:30");

  it("start again with the month in Yangon, and late usage counts in its own", () => {
    const scenario = limited({ tokensPerMonth: 50 });
    scenario.given(hold(1));
    scenario.wait(60_000).given(command("ExpireHold", { requestId: requestId(1) }));
    expect(told(scenario, 2)).toMatchObject([{ remaining: 30, resetAtMs: NOVEMBER_MS }]);
    scenario.given(settle(1, { output: 25 }));
    expect(refused(scenario, 3)).toBe(true);
    scenario.nowMs = NOVEMBER_MS;
    scenario.given(settle(2, { output: 9 }));
    expect(told(scenario, 3)).toMatchObject([{ remaining: 30 }]);
  });
});

describe("requests at once", () => {
  it("are open holds, however they end", () => {
    const scenario = limited({ concurrentRequests: 2 });
    scenario.given(hold(1), hold(2));
    expect(told(scenario, 3)).toEqual({
      name: "concurrentRequests",
      limit: 2,
      remaining: 0,
      needed: 1,
      resetAtMs: null,
      retryAfterMs: 1_000,
      keyId: null,
    });
    scenario.given(settle(1), hold(3), release(2), hold(4));
    scenario.wait(60_000);
    expect(refused(scenario, 5)).toBe(true);
    scenario.given(command("ExpireHold", { requestId: requestId(3) }), hold(5));
  });

  it("count those that were open before there was a plan", () => {
    const scenario = new Scenario();
    scenario.given(...READY_TO_CALL, hold(1));
    assign(scenario, { concurrentRequests: 1 });
    expect(refused(scenario, 2)).toBe(true);
  });
});

describe("plans", () => {
  it("of a key and of its account both apply, the tighter one is told", () => {
    const scenario = limited({ requestsPerMinute: 3, requestsPerDay: 9 });
    assign(scenario, { requestsPerMinute: 2, concurrentRequests: 5 }, "key-1");
    scenario.given(command("IssueKey", { keyId: "key-2", keyHash: keyHash(2) }));
    expect(scenario.attempt(hold(1))).toMatchObject({
      result: {
        planId: "plan-key-1",
        rateLimits: [
          { name: "requestsPerMinute", limit: 2, remaining: 1 },
          { name: "requestsPerDay", remaining: 8 },
          { name: "concurrentRequests", remaining: 4 },
        ],
      },
    });
    scenario.given(hold(2));
    expect(told(scenario, 3)).toMatchObject({ limit: 2, keyId: "key-1" });
    expect(scenario.attempt(hold(3, { keyId: "key-2" })))
      .toMatchObject({ result: { planId: "plan-account" } });
    expect(told(scenario, 4, { keyId: "key-2" })).toMatchObject({ limit: 3, keyId: null });
  });

  it("name the limit that stands in the way longest", () => {
    const scenario = limited({ requestsPerMinute: 1, requestsPerDay: 1, concurrentRequests: 1 });
    scenario.given(hold(1));
    expect(told(scenario, 2)).toMatchObject({ name: "requestsPerDay" });
  });

  it("stay as they were assigned when another version is published", () => {
    const scenario = limited({ requestsPerDay: 1 });
    const wide = { ...NO_LIMITS, requestsPerDay: 9 };
    scenario.given(command("PublishPlan", { planId: "plan-account", limits: wide }), hold(1));
    expect(refused(scenario, 2)).toBe(true);
    const [event] = scenario.given(command("AssignPlan", { planId: "plan-account" }));
    expect(event).toMatchObject({ payload: { planVersion: 2, limits: wide } });
    scenario.given(hold(2));
  });

  it("that were taken away limit nothing, and what was counted is not forgotten", () => {
    const scenario = limited({ requestsPerDay: 1 });
    scenario.given(hold(1), command("AssignPlan", { planId: null }));
    const decision = scenario.attempt(hold(2));
    expect(decision).toMatchObject({ status: "accepted" });
    expect(decision.status === "accepted" && Object.keys(decision.result))
      .not.toEqual(expect.arrayContaining(["planId"]));
    assign(scenario, { requestsPerDay: 2 });
    expect(refused(scenario, 3)).toBe(true);
  });

  it("leave accounts without one as they are", () => {
    const scenario = new Scenario();
    scenario.given(...READY_TO_CALL);
    const decision = scenario.attempt(hold(1));
    expect(decision.status === "accepted" && Object.keys(decision.result)).toEqual([
      "requestId",
      "holdMicroKyat",
      "outputTokensGranted",
      "expiresAtMs",
      "availableMicroKyat",
    ]);
  });

  it("whose version is not the next mean a damaged log", () => {
    const scenario = limited({ requestsPerDay: 1 });
    const published = scenario.log.find(({ event }) => event.type === "PlanPublished")!;
    expect(() => scenario.append(published.event)).toThrow("version 1 in the log, expected 2");
  });
});
