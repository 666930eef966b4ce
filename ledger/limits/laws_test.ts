/** What limits promise, checked against the log alone: every call is counted again from its events. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Command } from "../../shared/commands/mod.ts";
import { decodeEvent } from "../../shared/events/mod.ts";
import { stringifyWithBigint } from "../../shared/json.ts";
import { LIMIT_NAMES, type LimitName, type Limits, NO_LIMITS } from "../../shared/limits/mod.ts";
import { ledgerDomain } from "../shard/mod.ts";
import { command, keyHash, READY_TO_CALL, requestId, Scenario } from "../shard/scenario.ts";

/** A call as the log tells of it. */
interface Call {
  readonly keyId: string;
  readonly atMs: number;
  tokens: number;
  readonly isFree: boolean;
  isOpen: boolean;
  isReleased: boolean;
}

function callsIn(scenario: Scenario): Call[] {
  const calls = new Map<string, Call>();
  for (const { event, recordedAtMs } of scenario.log) {
    if (event.type === "HoldPlaced") {
      const { requestId, keyId, inputTokensBound, outputTokensGranted, billing } = event.payload;
      const isFree = billing === "free";
      const tokens = isFree ? 0 : inputTokensBound + outputTokensGranted;
      const fresh = { keyId, atMs: recordedAtMs, tokens, isFree, isOpen: true, isReleased: false };
      calls.set(requestId, fresh);
    } else if (event.type === "HoldSettled" || event.type === "LateUsageSettled") {
      const { input = 0, output = 0 } = event.payload.usage;
      const call = calls.get(event.payload.requestId)!;
      Object.assign(call, { tokens: call.isFree ? 0 : input + output, isOpen: false });
    } else if (event.type === "HoldReleased" || event.type === "HoldExpired") {
      const isReleased = event.type === "HoldReleased";
      Object.assign(calls.get(event.payload.requestId)!, { tokens: 0, isOpen: false, isReleased });
    }
  }
  return [...calls.values()];
}

const inYangon = (atMs: number) => new Date(atMs + 6.5 * 3_600_000).toISOString();
const sum = (amounts: number[]) => amounts.reduce((a, b) => a + b, 0);

/** What of a limit is used at some time. */
function used(name: LimitName, calls: readonly Call[], nowMs: number): number {
  const second = Math.floor(nowMs / 1_000);
  const inMinute = calls.filter(({ atMs }) => Math.floor(atMs / 1_000) + 60 > second);
  const since = (length: number) =>
    calls.filter(({ atMs }) =>
      inYangon(atMs).slice(0, length) === inYangon(nowMs).slice(0, length)
    );
  switch (name) {
    case "requestsPerMinute":
      return inMinute.length;
    case "tokensPerMinute":
      return sum(inMinute.map(({ tokens }) => tokens));
    case "requestsPerDay":
      return since(10).filter(({ isReleased }) => !isReleased).length;
    case "tokensPerMonth":
      return sum(since(7).map(({ tokens }) => tokens));
    case "concurrentRequests":
      return calls.filter(({ isOpen }) => isOpen).length;
  }
}

/** Which limits of either plan have less room than `tokens` for one more call. */
function inTheWay(scenario: Scenario, world: World, call: { keyId: string; tokens: number }) {
  const calls = callsIn(scenario);
  const ofKey = calls.filter(({ keyId }) => keyId === call.keyId);
  const plans = [[world.account, calls], [call.keyId === "key-1" ? world.key : {}, ofKey]] as const;
  return plans.flatMap(([limits, counted]) =>
    LIMIT_NAMES.filter((name) => {
      const limit = limits[name] ?? null;
      const needed = name.startsWith("tokens") ? call.tokens : 1;
      if (limit === null || needed === 0) return false;
      return used(name, counted, scenario.nowMs) + needed > limit;
    })
  );
}

const limitsOf = (most: number, tokens: number) =>
  fc.record({
    requestsPerMinute: fc.integer({ min: 1, max: most }),
    tokensPerMinute: fc.integer({ min: 10, max: tokens }),
    requestsPerDay: fc.integer({ min: 1, max: most * 3 }),
    tokensPerMonth: fc.integer({ min: 10, max: tokens * 5 }),
    concurrentRequests: fc.integer({ min: 1, max: most }),
  }, { requiredKeys: [] }) as fc.Arbitrary<Partial<Limits>>;

interface World {
  readonly account: Partial<Limits>;
  readonly key: Partial<Limits>;
}

const worlds: fc.Arbitrary<World> = fc.record({
  account: limitsOf(8, 200),
  key: fc.oneof(fc.constant({}), limitsOf(5, 100)),
});

const requests = fc.integer({ min: 1, max: 40 }).map(requestId);
const usages = fc.record({
  input: fc.integer({ min: 0, max: 30 }),
  output: fc.integer({ min: 0, max: 40 }),
});

type Step = number | Command;

const steps: fc.Arbitrary<Step> = fc.oneof(
  { arbitrary: fc.constantFrom(1, 999, 1_000, 20_001, 59_000, 60_000), weight: 4 },
  { arbitrary: fc.constantFrom(3_600_000, 43_200_000, 10 * 86_400_000), weight: 1 },
  {
    arbitrary: fc.record({
      requestId: requests,
      keyId: fc.constantFrom("key-1", "key-2"),
      inputTokensBound: fc.integer({ min: 0, max: 30 }),
      outputTokensRequested: fc.integer({ min: 1, max: 40 }),
      minimumOutputTokens: fc.integer({ min: 1, max: 20 }),
      holdTtlMs: fc.constantFrom(1_000, 120_000),
      billing: fc.constantFrom("tokens", "tokens", "tokens", "free"),
    }).map((body) => command("PlaceHold", body)),
    weight: 12,
  },
  {
    arbitrary: fc.record({ requestId: requests, usage: usages })
      .map((body) => command("SettleHold", body)),
    weight: 5,
  },
  { arbitrary: requests.map((id) => command("ReleaseHold", { requestId: id })), weight: 2 },
  { arbitrary: requests.map((id) => command("ExpireHold", { requestId: id })), weight: 2 },
);

function begin({ account, key }: World): Scenario {
  const scenario = new Scenario();
  scenario.given(...READY_TO_CALL, command("GrantCredit", { amountMicroKyat: 10n ** 12n }));
  scenario.given(command("IssueKey", { keyId: "key-2", keyHash: keyHash(2) }));
  for (const [planId, limits, keyId] of [["a", account, null], ["k", key, "key-1"]] as const) {
    const plan = { planId, limits: { ...NO_LIMITS, ...limits } };
    scenario.given(command("PublishPlan", plan), command("AssignPlan", { planId, keyId }));
  }
  return scenario;
}

function play(after: (scenario: Scenario, world: World, step: Step) => void): void {
  const stories = fc.tuple(worlds, fc.array(steps, { minLength: 10, maxLength: 80, size: "max" }));
  fc.assert(
    fc.property(stories, ([world, story]) => {
      const scenario = begin(world);
      for (const step of story) {
        if (typeof step === "number") scenario.wait(step);
        after(scenario, world, step);
      }
    }),
    { numRuns: 200 },
  );
}

describe("limits", () => {
  it("refuse a call exactly when one of them has no room for it, in any order of events", () => {
    const seen = new Set<string>();
    play((scenario, world, step) => {
      if (typeof step === "number") return;
      if (step.type !== "PlaceHold") return void scenario.attempt(step);
      const { keyId, inputTokensBound, outputTokensRequested, minimumOutputTokens } = step.body;
      const isFree = step.body.billing === "free";
      const counted = (output: number) => isFree ? 0 : inputTokensBound + output;
      const least = Math.min(minimumOutputTokens, outputTokensRequested!);
      const needs = { keyId, tokens: counted(least) };
      const expected = inTheWay(scenario, world, needs);
      const decision = ledgerDomain.decide(scenario.state, step, { nowMs: scenario.nowMs });
      if (decision.status === "rejected" && decision.rejection.code !== "rate_limited") return;
      expect(decision.status === "rejected").toBe(expected.length > 0);
      if (decision.status === "rejected") {
        expect(expected).toContain(decision.rejection.details.name);
        seen.add(String(decision.rejection.details.name));
        return;
      }
      // What was granted still fits, and one token more would not where output was lowered.
      const { outputTokensGranted: granted } = decision.result as { outputTokensGranted: number };
      const tokens = counted(granted);
      expect(inTheWay(scenario, world, { keyId, tokens })).toEqual([]);
      if (granted < outputTokensRequested!) {
        seen.add("lowered");
        expect(inTheWay(scenario, world, { keyId, tokens: tokens + 1 })).not.toEqual([]);
      }
      scenario.attempt(step);
    });
    expect([...seen].sort()).toEqual(["lowered", ...LIMIT_NAMES].sort());
  });

  it("tell what is left as the log has it", () => {
    play((scenario, world, step) => {
      if (typeof step === "number") return;
      const decision = scenario.attempt(step);
      if (step.type !== "PlaceHold" || decision.status === "rejected") return;
      const calls = callsIn(scenario);
      const { keyId } = step.body;
      const ofKey = calls.filter((one) => one.keyId === keyId);
      const { rateLimits = [] } = decision.result as { rateLimits?: { name: LimitName }[] };
      const left = LIMIT_NAMES.flatMap((name) => {
        const limits = [[world.account[name], calls]] as [number | null | undefined, Call[]][];
        if (keyId === "key-1") limits.push([world.key[name], ofKey]);
        const rooms = limits.flatMap(([limit, counted]) =>
          (limit ?? null) === null
            ? []
            : [Math.max(0, limit! - used(name, counted, scenario.nowMs))]
        );
        return rooms.length === 0 ? [] : [{ name, remaining: Math.min(...rooms) }];
      });
      expect(rateLimits).toMatchObject(left);
      expect(rateLimits).toHaveLength(left.length);
    });
  });

  it("say when a refused call fits: not a second earlier, and no later", () => {
    let waits = 0;
    play((scenario, _, step) => {
      if (typeof step === "number") return;
      const decision = scenario.attempt(step);
      if (step.type !== "PlaceHold" || decision.status === "accepted") return;
      const { resetAtMs } = decision.rejection.details;
      if (typeof resetAtMs !== "number") return;
      waits++;
      const at = (nowMs: number) => ledgerDomain.decide(scenario.state, step, { nowMs });
      const { name } = decision.rejection.details;
      expect(at(resetAtMs - 1)).toMatchObject({ rejection: { details: { name } } });
      const then = at(resetAtMs);
      // Only what nobody can foretell may still stand in the way: open calls.
      if (then.status === "rejected") {
        expect(then.rejection.details.name).toBe("concurrentRequests");
      }
    });
    expect(waits).toBeGreaterThan(50);
  });

  it("are the same when the log is read again, and remember at most a minute of seconds", () => {
    const stories = fc.tuple(
      worlds,
      fc.array(steps, { minLength: 30, maxLength: 120, size: "max" }),
    );
    fc.assert(
      fc.property(stories, ([world, story]) => {
        const scenario = begin(world);
        for (const step of story) {
          if (typeof step === "number") scenario.wait(step);
          else scenario.attempt(step);
        }
        let replayed = ledgerDomain.initial();
        for (const placed of scenario.log) {
          const payload = JSON.parse(stringifyWithBigint(placed.event.payload));
          const event = decodeEvent({ type: placed.event.type, schemaVersion: 1, payload });
          replayed = ledgerDomain.evolve(replayed, { ...placed, event });
        }
        expect(replayed.plans).toEqual(scenario.state.plans);
        expect(replayed.book.accounts).toEqual(scenario.state.book.accounts);
        const { limiter, keys } = scenario.state.book.accounts.get("acc-1")!;
        for (const one of [limiter, keys.get("key-1")!.limiter]) {
          expect(one!.counters.seconds.length).toBeLessThanOrEqual(60);
        }
      }),
      { numRuns: 50 },
    );
  });

  it("remember no more of a busy hour than of a busy minute", () => {
    const scenario = begin({ account: { requestsPerDay: 1_000_000 }, key: {} });
    for (let n = 1; n <= 3_600; n++) {
      scenario.wait(1_000).given(command("PlaceHold", { requestId: requestId(n) }));
      scenario.given(command("ReleaseHold", { requestId: requestId(n) }));
    }
    const { counters } = scenario.state.book.accounts.get("acc-1")!.limiter!;
    expect(counters.seconds).toHaveLength(60);
  });
});
