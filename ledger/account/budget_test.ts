import { describe, expect, it } from "vitest";
import { addCharge, type BudgetPeriod, newSpending, spentMicroKyat } from "./budget.ts";
import { command, keyHash, READY_TO_CALL, requestId, Scenario } from "../shard/scenario.ts";

const at = (text: string) => Date.parse(text);

describe("the periods of a budget", () => {
  // deno-fmt-ignore
  const table: readonly (readonly [string, string, string, Record<BudgetPeriod, bigint>])[] = [
    // charged at, asked at (UTC; Yangon's midnight is 17:30)
    ["the same day", "2025-10-15T05:00:00Z", "2025-10-15T17:29:59.999Z", { day: 7n, week: 7n, month: 7n, total: 7n }],
    ["the next day in Yangon, not in UTC", "2025-10-15T05:00:00Z", "2025-10-15T17:30:00.000Z", { day: 0n, week: 7n, month: 7n, total: 7n }],
    ["across midnight of UTC within a day", "2025-10-15T23:00:00Z", "2025-10-16T01:00:00Z", { day: 7n, week: 7n, month: 7n, total: 7n }],
    ["the last moment of the month", "2025-10-01T00:00:00Z", "2025-10-31T17:29:59.999Z", { day: 0n, week: 0n, month: 7n, total: 7n }],
    ["the next month in Yangon, not in UTC", "2025-10-31T17:29:59.999Z", "2025-10-31T17:30:00.000Z", { day: 0n, week: 7n, month: 0n, total: 7n }],
    ["the same day of the next month", "2025-10-15T05:00:00Z", "2025-11-15T05:00:00Z", { day: 0n, week: 0n, month: 0n, total: 7n }],
    ["the same month of the next year", "2025-10-15T05:00:00Z", "2026-10-15T05:00:00Z", { day: 0n, week: 0n, month: 0n, total: 7n }],
    ["a leap day", "2028-02-28T18:00:00Z", "2028-02-29T17:00:00Z", { day: 7n, week: 7n, month: 7n, total: 7n }],
    ["Sunday of the same week", "2025-10-13T00:00:00Z", "2025-10-19T17:29:59.999Z", { day: 0n, week: 7n, month: 7n, total: 7n }],
    ["Monday of the next week in Yangon, not in UTC", "2025-10-13T00:00:00Z", "2025-10-19T17:30:00.000Z", { day: 0n, week: 0n, month: 7n, total: 7n }],
    ["the first day of all", "1970-01-01T00:00:00Z", "1970-01-01T17:30:00Z", { day: 0n, week: 7n, month: 7n, total: 7n }],
  ];

  table.forEach(([name, charged, asked, expected]) => {
    it(`know ${name}`, () => {
      const spending = newSpending({ kind: "key", id: "key-1" });
      addCharge(spending, 7n, at(charged));
      const spent = (period: BudgetPeriod) => spentMicroKyat(spending, period, at(asked));
      expect({
        day: spent("day"),
        week: spent("week"),
        month: spent("month"),
        total: spent("total"),
      }).toEqual(expected);
    });
  });

  it("start again with the first charge after their end", () => {
    const spending = newSpending({ kind: "key", id: "key-1" });
    addCharge(spending, 7n, at("2025-10-31T05:00:00Z"));
    addCharge(spending, 1n, at("2025-11-01T05:00:00Z"));
    addCharge(spending, 2n, at("2025-11-02T05:00:00Z"));
    expect(spending.chargedMicroKyat).toEqual({ day: 2n, week: 10n, month: 3n, total: 10n });
  });
});

describe("a budget", () => {
  const hold = (n: number, keyId = "key-1") =>
    command("PlaceHold", { requestId: requestId(n), keyId });

  it("of a day holds again tomorrow", () => {
    const scenario = new Scenario();
    scenario.given(...READY_TO_CALL, command("SetBudget", { limitMicroKyat: 50_000n }));
    scenario.given(hold(1), command("SettleHold", { usage: { input: 10, output: 10 } }));
    expect(scenario.attempt(hold(2))).toMatchObject({ rejection: { code: "budget_exceeded" } });
    scenario.wait(86_400_000).given(hold(2));
  });

  it("counts what was spent before it was set", () => {
    const scenario = new Scenario();
    scenario.given(...READY_TO_CALL, hold(1), command("SettleHold"));
    scenario.given(command("SetBudget", { period: "month", limitMicroKyat: 59_999n }));
    expect(scenario.attempt(hold(2))).toMatchObject({ rejection: { code: "budget_exceeded" } });
  });

  it("of a key leaves other keys alone, and that of the account binds them all", () => {
    const scenario = new Scenario();
    scenario.given(...READY_TO_CALL);
    scenario.given(command("IssueKey", { keyId: "key-2", keyHash: keyHash(2) }));
    scenario.given(command("SetBudget", { keyId: "key-1", limitMicroKyat: 0n }));
    expect(scenario.attempt(hold(1))).toMatchObject({ rejection: { details: { keyId: "key-1" } } });
    scenario.given(hold(1, "key-2"));
    scenario.given(command("SetBudget", { limitMicroKyat: 50_000n }));
    expect(scenario.attempt(hold(2, "key-2")))
      .toMatchObject({ rejection: { details: { keyId: null } } });
  });

  it("of a key counts what the key was charged, and nothing that another was", () => {
    const scenario = new Scenario();
    scenario.given(...READY_TO_CALL);
    scenario.given(command("IssueKey", { keyId: "key-2", keyHash: keyHash(2) }));
    for (const keyId of ["key-1", "key-2"]) {
      scenario.given(command("SetBudget", { keyId, limitMicroKyat: 59_999n }));
    }
    scenario.given(hold(1), command("SettleHold"));
    expect(scenario.attempt(hold(2))).toMatchObject({
      rejection: { details: { keyId: "key-1", spentMicroKyat: "30000" } },
    });
    scenario.given(hold(2, "key-2"));
  });

  it("of a key counts what is held for it", () => {
    const scenario = new Scenario();
    scenario.given(...READY_TO_CALL);
    scenario.given(command("SetBudget", { keyId: "key-1", limitMicroKyat: 79_999n }), hold(1));
    expect(scenario.attempt(hold(2))).toMatchObject({
      rejection: { details: { keyId: "key-1", spentMicroKyat: "50000" } },
    });
  });

  it("of a team or a user counts all of its keys, and binds each of them", () => {
    for (const owner of [{ teamId: "one" }, { userId: "one" }]) {
      const scenario = new Scenario();
      scenario.given(...READY_TO_CALL);
      const issue = (n: number, more = {}) =>
        command("IssueKey", { keyId: `key-${n}`, keyHash: keyHash(n), ...more });
      scenario.given(issue(2, owner), issue(3, owner), issue(4, { teamId: "two", userId: "two" }));
      scenario.given(hold(1, "key-2"), command("SettleHold"));
      scenario.given(command("SetBudget", { ...owner, period: "week", limitMicroKyat: 89_999n }));
      scenario.given(hold(2, "key-3"));
      const nobody = { keyId: null, teamId: null, userId: null };
      expect(scenario.attempt(hold(3, "key-2"))).toMatchObject({
        rejection: { details: { ...nobody, ...owner, period: "week", spentMicroKyat: "80000" } },
      });
      scenario.given(hold(3, "key-4"), hold(4));
      scenario.given(command("ReleaseHold", { requestId: requestId(2) }), hold(5, "key-2"));
    }
  });

  it("of a team may be set before the team has a key, and counts from the first one", () => {
    const scenario = new Scenario();
    scenario.given(...READY_TO_CALL);
    scenario.given(command("SetBudget", { teamId: "one", limitMicroKyat: 0n }));
    scenario.given(command("IssueKey", { keyId: "key-2", keyHash: keyHash(2), teamId: "one" }));
    expect(scenario.attempt(hold(1, "key-2"))).toMatchObject({
      rejection: { code: "budget_exceeded", message: expect.stringContaining("team one") },
    });
  });

  it("of one period binds when another of the same owner leaves more room", () => {
    for (const [tight, wide] of [["day", "total"], ["total", "day"], ["month", "day"]] as const) {
      const scenario = new Scenario();
      scenario.given(...READY_TO_CALL);
      scenario.given(command("SetBudget", { period: wide, limitMicroKyat: 900_000n }));
      scenario.given(command("SetBudget", { period: tight, limitMicroKyat: 29_999n }));
      expect(scenario.attempt(hold(1))).toMatchObject({
        rejection: { details: { period: tight } },
      });
    }
  });

  it("gives back what a released or expired hold had taken", () => {
    const scenario = new Scenario();
    scenario.given(...READY_TO_CALL, command("SetBudget", { limitMicroKyat: 50_000n }));
    scenario.given(hold(1), command("ReleaseHold"), hold(2));
    scenario.wait(60_000).given(command("ExpireHold", { requestId: requestId(2) }), hold(3));
  });

  it("is lifted by null", () => {
    const scenario = new Scenario();
    scenario.given(...READY_TO_CALL, command("SetBudget", { limitMicroKyat: 0n }));
    scenario.given(command("SetBudget", { limitMicroKyat: null }), hold(1));
  });

  it("does not stop overage of a call that was admitted", () => {
    const scenario = new Scenario();
    scenario.given(...READY_TO_CALL, command("SetBudget", { limitMicroKyat: 50_000n }), hold(1));
    expect(scenario.given(command("SettleHold", { usage: { input: 10, output: 20 } })))
      .toMatchObject([{ payload: { chargedMicroKyat: 90_000n, overageMicroKyat: 40_000n } }]);
  });
});
