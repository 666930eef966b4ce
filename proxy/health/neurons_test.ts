import { describe, expect, it } from "vitest";
import {
  createNeuronBudget,
  DAILY_NEURONS,
  neuronsOf,
  overAllowance,
  reserveAllowance,
} from "./mod.ts";

const MIDNIGHT_UTC = Date.UTC(2026, 10, 21);

function world(dailyNeurons?: number) {
  const clock = { now: MIDNIGHT_UTC + 1_000, nowMs: () => clock.now };
  return {
    clock,
    budget: createNeuronBudget({ clock, ...(dailyNeurons === undefined ? {} : { dailyNeurons }) }),
  };
}

describe("the free allowance", () => {
  it("is 10,000 neurons a day, at 0.011 USD per 1,000, rounded up", () => {
    expect(world().budget.left()).toBe(DAILY_NEURONS);
    expect([0n, 1n, 11_000_000n, 11_000_001n, 11_000_000_000n].map(neuronsOf))
      .toEqual([0, 1, 1, 2, 1_000]);
  });

  it("is set aside before a call and corrected after it, once", () => {
    const { budget } = world(100);
    const first = budget.reserve(80)!;
    expect(budget.reserve(21)).toBeNull();
    const second = budget.reserve(20)!;
    expect(budget.left()).toBe(0);
    first.settle(30);
    first.settle(0);
    first.release();
    expect(budget.left()).toBe(50);
    second.release();
    expect(budget.left()).toBe(70);
  });

  it("may be overdrawn by a call that used more than was set aside, and then has nothing left", () => {
    const { budget } = world(100);
    budget.reserve(50)!.settle(500);
    expect(budget.left()).toBe(0);
    expect(budget.reserve(1)).toBeNull();
  });

  it("begins anew at midnight in UTC, and yesterday's calls take nothing off", () => {
    const { budget, clock } = world(100);
    const late = budget.reserve(60)!;
    budget.exhausted();
    expect(budget.left()).toBe(0);
    clock.now = MIDNIGHT_UTC + 86_400_000 - 1;
    expect(budget.left()).toBe(0);
    clock.now++;
    expect(budget.left()).toBe(100);
    budget.reserve(10);
    late.settle(99);
    expect(budget.left()).toBe(90);
  });

  it("counts what other edges used today, each once and never downwards", () => {
    const { budget } = world(100);
    const { day } = budget.own();
    budget.learn("edge-2", { day, used: 30 });
    budget.learn("edge-2", { day, used: 20 });
    budget.learn("edge-3", { day, used: 5 });
    budget.learn("edge-4", { day: day - 1, used: 50 });
    expect(budget.left()).toBe(65);
    expect(budget.own()).toEqual({ day, used: 0 });
  });
});

describe("a call on the free allowance", () => {
  const free = { level: "free" };
  const neurons = (count: bigint) => count * 11_000_000n;

  it("is made when what is left carries it, else the next smaller one is", () => {
    const { budget } = world(100);
    expect(overAllowance(budget, free, neurons(100n))).toBeNull();
    expect(overAllowance(budget, free, neurons(101n)))
      .toBe("needs 101 neurons, 100 are left today");
    const held = reserveAllowance(budget, free, neurons(70n))!;
    expect(reserveAllowance(budget, free, neurons(31n))).toBeNull();
    expect(overAllowance(budget, free, neurons(30n))).toBeNull();
    held.settle(neuronsOf(neurons(10n)));
    expect(budget.left()).toBe(90);
  });

  it("whose cost is not known is not made", () => {
    const { budget } = world();
    expect(overAllowance(budget, free, null)).toBe("its cost in neurons is not known");
    expect(reserveAllowance(budget, free, null)).toBeNull();
  });

  it("with any other key draws on nothing", () => {
    const { budget } = world(0);
    for (const key of [null, { level: "system" }, { level: "none" }]) {
      expect(overAllowance(budget, key, neurons(5n))).toBeNull();
      reserveAllowance(budget, key, null)!.settle(5);
    }
    expect(budget.own().used).toBe(0);
  });
});
