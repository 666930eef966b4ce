/** What budgets promise, checked against the log alone: everything spent is summed up again. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Command, CommandBody } from "../../shared/commands/mod.ts";
import { BUDGET_PERIODS } from "../../shared/events/mod.ts";
import { ledgerDomain } from "../shard/mod.ts";
import { command, keyHash, READY_TO_CALL, requestId, Scenario } from "../shard/scenario.ts";
import type { BudgetPeriod } from "./budget.ts";

const INPUT_MICRO_KYAT = 1_000n;
const OUTPUT_MICRO_KYAT = 4_000n;

/** Whom each key belongs to. */
const KEYS = {
  "key-1": {},
  "key-2": { teamId: "one", userId: "a" },
  "key-3": { teamId: "one", userId: "b" },
  "key-4": { teamId: "two", userId: "b" },
} as const;
type KeyId = keyof typeof KEYS;

/** A subject of budgets: no name is the whole account. */
type Subject = Pick<CommandBody<"SetBudget">, "keyId" | "teamId" | "userId">;

const SUBJECTS: readonly Subject[] = [
  { keyId: null },
  { keyId: "key-1" },
  { keyId: "key-2" },
  { keyId: null, teamId: "one" },
  { keyId: null, teamId: "two" },
  { keyId: null, userId: "a" },
  { keyId: null, userId: "b" },
];

function isOf({ keyId, teamId, userId }: Subject, key: KeyId): boolean {
  const owners: { teamId?: string; userId?: string } = KEYS[key];
  if (keyId !== null) return keyId === key;
  if (teamId !== undefined) return owners.teamId === teamId;
  return userId === undefined || owners.userId === userId;
}

/** A text that is the same for all times within one period of Yangon. */
function periodAt(period: BudgetPeriod, atMs: number): string {
  const inYangon = new Date(atMs + 6.5 * 3_600_000);
  switch (period) {
    case "day":
      return inYangon.toISOString().slice(0, 10);
    case "week":
      while (inYangon.getUTCDay() !== 1) inYangon.setUTCDate(inYangon.getUTCDate() - 1);
      return inYangon.toISOString().slice(0, 10);
    case "month":
      return inYangon.toISOString().slice(0, 7);
    case "total":
      return "always";
  }
}

interface Money {
  readonly key: KeyId;
  readonly amount: bigint;
  /** Null: held now. */
  readonly chargedAtMs: number | null;
}

/** Every hold that is open, and every charge. */
function moneyIn(scenario: Scenario): Money[] {
  const held = new Map<string, Money>();
  const keys = new Map<string, KeyId>();
  const charged: Money[] = [];
  for (const { event: { type, payload }, recordedAtMs } of scenario.log) {
    if (type === "HoldPlaced") {
      const key = payload.keyId as KeyId;
      keys.set(payload.requestId, key);
      held.set(payload.requestId, { key, amount: payload.amountMicroKyat, chargedAtMs: null });
    } else if (type === "HoldReleased" || type === "HoldExpired") {
      held.delete(payload.requestId);
    } else if (type === "HoldSettled" || type === "LateUsageSettled") {
      held.delete(payload.requestId);
      const amount = payload.chargedMicroKyat;
      charged.push({ key: keys.get(payload.requestId)!, amount, chargedAtMs: recordedAtMs });
    }
  }
  return [...held.values(), ...charged];
}

/** How much room the budgets leave for a call of `key`, each of them. */
function rooms(scenario: Scenario, key: KeyId): bigint[] {
  const limits = new Map<string, Subject & { period: BudgetPeriod; limit: bigint | null }>();
  for (const { event: { type, payload } } of scenario.log) {
    if (type !== "BudgetSet") continue;
    const { keyId, teamId, userId, period, limitMicroKyat: limit } = payload;
    limits.set([keyId, teamId, userId, period].join(), { keyId, teamId, userId, period, limit });
  }
  const money = moneyIn(scenario);
  return [...limits.values()].flatMap(({ period, limit, ...subject }) => {
    if (limit === null || !isOf(subject, key)) return [];
    const now = periodAt(period, scenario.nowMs);
    const spent = money.filter((one) =>
      isOf(subject, one.key) &&
      (one.chargedAtMs === null || periodAt(period, one.chargedAtMs) === now)
    );
    return [limit - spent.reduce((sum, { amount }) => sum + amount, 0n)];
  });
}

const requests = fc.integer({ min: 1, max: 30 }).map(requestId);
const HOUR_MS = 3_600_000;

type Step = number | Command;

const steps: fc.Arbitrary<Step> = fc.oneof(
  {
    arbitrary: fc.constantFrom(1_000, HOUR_MS, 7 * HOUR_MS, 30 * HOUR_MS, 150 * HOUR_MS),
    weight: 3,
  },
  {
    arbitrary: fc.record({
      subject: fc.constantFrom(...SUBJECTS),
      period: fc.constantFrom(...BUDGET_PERIODS),
      limitMicroKyat: fc.option(fc.bigInt(0n, 600_000n), { freq: 6 }),
    }).map(({ subject, ...budget }) => command("SetBudget", { ...subject, ...budget })),
    weight: 4,
  },
  {
    arbitrary: fc.record({
      requestId: requests,
      keyId: fc.constantFrom(...Object.keys(KEYS) as KeyId[]),
      inputTokensBound: fc.integer({ min: 0, max: 40 }),
      outputTokensRequested: fc.integer({ min: 1, max: 50 }),
      minimumOutputTokens: fc.integer({ min: 1, max: 10 }),
      holdTtlMs: fc.constantFrom(1_000, HOUR_MS),
    }).map((body) => command("PlaceHold", body)),
    weight: 10,
  },
  {
    arbitrary: fc.record({
      requestId: requests,
      usage: fc.record({
        input: fc.integer({ min: 0, max: 50 }),
        output: fc.integer({ min: 0, max: 60 }),
      }),
    }).map((body) => command("SettleHold", body)),
    weight: 6,
  },
  { arbitrary: requests.map((id) => command("ReleaseHold", { requestId: id })), weight: 1 },
  { arbitrary: requests.map((id) => command("ExpireHold", { requestId: id })), weight: 2 },
);

describe("budgets", () => {
  it("refuse a call exactly when one has no room for it, and lower its output to the tightest", () => {
    const seen = new Set<string>();
    const stories = fc.array(steps, { minLength: 20, maxLength: 90, size: "max" });
    fc.assert(
      fc.property(stories, (story) => {
        const scenario = new Scenario();
        scenario.given(...READY_TO_CALL, command("GrantCredit", { amountMicroKyat: 10n ** 12n }));
        for (const [index, keyId] of Object.keys(KEYS).entries()) {
          if (keyId === "key-1") continue;
          const owners = KEYS[keyId as KeyId];
          scenario.given(command("IssueKey", { keyId, keyHash: keyHash(index + 9), ...owners }));
        }
        for (const step of story) {
          if (typeof step === "number") scenario.wait(step);
          else if (step.type !== "PlaceHold") scenario.attempt(step);
          else seen.add(judge(scenario, step));
        }
      }),
      { numRuns: 150 },
    );
    // A property that never meets the interesting cases proves nothing.
    for (const kind of ["key", "team", "user", "account"]) {
      for (const period of BUDGET_PERIODS) expect([...seen]).toContain(`${kind} ${period}`);
    }
    expect([...seen]).toEqual(expect.arrayContaining(["whole", "lowered"]));
  });
});

/** Compares a decision with the log, carries it out, and says what it was. */
function judge(scenario: Scenario, step: Command & { type: "PlaceHold" }): string {
  const { keyId, inputTokensBound, outputTokensRequested, minimumOutputTokens } = step.body;
  const wanted = outputTokensRequested!;
  const costOf = (output: number) =>
    BigInt(inputTokensBound) * INPUT_MICRO_KYAT + BigInt(output) * OUTPUT_MICRO_KYAT;
  const tightest = rooms(scenario, keyId as KeyId)
    .reduce<bigint | null>((least, room) => least === null || room < least ? room : least, null);
  const fits = (output: number) => tightest === null || costOf(output) <= tightest;
  const decision = ledgerDomain.decide(scenario.state, step, { nowMs: scenario.nowMs });
  if (decision.status === "rejected") {
    const { code, details } = decision.rejection;
    if (code === "request_exists") return code;
    expect(code).toBe("budget_exceeded");
    expect(fits(Math.min(minimumOutputTokens, wanted))).toBe(false);
    const kind = details.keyId !== null
      ? "key"
      : details.teamId !== null
      ? "team"
      : details.userId !== null
      ? "user"
      : "account";
    return `${kind} ${details.period}`;
  }
  const { outputTokensGranted: granted } = decision.result as { outputTokensGranted: number };
  expect(fits(granted)).toBe(true);
  if (granted < wanted) expect(fits(granted + 1)).toBe(false);
  scenario.attempt(step);
  return granted < wanted ? "lowered" : "whole";
}
