import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { AlertCondition } from "../../../shared/alerts/mod.ts";
import { judge, type Reading } from "./judge.ts";

const subject = { type: "account", id: "acc-1" } as const;
const reading = (numerator: bigint, denominator = 1n): Reading => ({
  subject,
  accountId: "acc-1",
  numerator,
  denominator,
});
const spend = (aboveNanoUsd: bigint): AlertCondition => ({
  kind: "spend_per_hour",
  scope: "account",
  accountId: null,
  aboveNanoUsd,
});
const balance = (belowMicroKyat: bigint): AlertCondition => ({
  kind: "balance_low",
  accountId: null,
  belowMicroKyat,
});
const amounts = fc.bigInt(1n, 2n ** 63n - 1n);

describe("amounts are compared exactly", () => {
  it("one nanodollar above the threshold is above it, however large both are", () => {
    fc.assert(fc.property(amounts, (threshold) => {
      expect(judge(spend(threshold), reading(threshold + 1n))).toBe("breach");
      expect(judge(spend(threshold), reading(threshold))).not.toBe("breach");
      expect(judge(balance(threshold), reading(threshold - 1n))).toBe("breach");
      expect(judge(balance(threshold), reading(threshold))).not.toBe("breach");
    }));
  });

  it("clear is a tenth of the threshold away, to the last unit", () => {
    fc.assert(fc.property(amounts, (tenth) => {
      const threshold = 10n * tenth;
      expect(judge(spend(threshold), reading(9n * tenth))).toBe("clear");
      expect(judge(spend(threshold), reading(9n * tenth + 1n))).toBe("between");
      expect(judge(balance(threshold), reading(11n * tenth))).toBe("clear");
      expect(judge(balance(threshold), reading(11n * tenth - 1n))).toBe("between");
    }));
  });

  it("no value is both a breach and clear, and more is never better", () => {
    const rank = { clear: 0, between: 1, breach: 2 };
    fc.assert(fc.property(amounts, fc.bigInt(0n, 2n ** 64n), (threshold, value) => {
      const here = rank[judge(spend(threshold), reading(value))];
      expect(rank[judge(spend(threshold), reading(value + 1n))]).toBeGreaterThanOrEqual(here);
      const low = rank[judge(balance(threshold), reading(value))];
      expect(rank[judge(balance(threshold), reading(value + 1n))]).toBeLessThanOrEqual(low);
    }));
  });

  it("a share is not rounded before it is compared", () => {
    const condition: AlertCondition = {
      kind: "error_rate",
      scope: "platform",
      accountId: null,
      windowMinutes: 5,
      abovePartsPerMillion: 333_333,
      minimumCalls: 1,
    };
    // A third is 333,333.33… parts per million.
    expect(judge(condition, reading(1_000_000n, 3n))).toBe("breach");
    expect(judge(condition, reading(333_333n * 3n, 3n))).toBe("between");
  });
});
