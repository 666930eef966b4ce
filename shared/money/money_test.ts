import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  divideHalfUp,
  formatDecimal,
  formatKyat,
  fxRateFromDecimal,
  microKyatSchema,
  parseDecimal,
  signedAmountSchema,
} from "./mod.ts";

describe("rounding", () => {
  it.each([
    [0n, 3n, 0n],
    [1n, 2n, 1n],
    [1n, 3n, 0n],
    [2n, 3n, 1n],
    [5n, 10n, 1n],
    [49n, 100n, 0n],
    [10n ** 40n + 5n, 10n, 10n ** 39n + 1n],
  ])("%d / %d is %d, half up", (numerator, denominator, quotient) => {
    expect(divideHalfUp(numerator, denominator)).toBe(quotient);
  });

  it("is never more than half a unit away from the exact quotient", () => {
    fc.assert(fc.property(fc.bigInt(0n, 10n ** 30n), fc.bigInt(1n, 10n ** 15n), (n, d) => {
      const error = 2n * (divideHalfUp(n, d) * d - n);
      return error <= d && error > -d;
    }));
  });

  it("refuses what a charge can never be", () => {
    expect(() => divideHalfUp(-1n, 2n)).toThrow(RangeError);
    expect(() => divideHalfUp(1n, 0n)).toThrow(RangeError);
  });
});

describe("decimal text", () => {
  it("survives the way there and back for every amount", () => {
    fc.assert(
      fc.property(
        fc.bigInt(-(10n ** 20n), 10n ** 20n),
        fc.integer({ min: 0, max: 12 }),
        (n, d) => parseDecimal(formatDecimal(n, d), d) === n,
      ),
    );
  });

  it.each([
    "",
    ".",
    "1.",
    ".5",
    "1e3",
    "1,000",
    " 1",
    "+1",
    "NaN",
    "Infinity",
    "0x10",
    "1.0000001",
    "၅",
  ])(
    "refuses %j",
    (text) => {
      expect(() => parseDecimal(text, 6)).toThrow(RangeError);
    },
  );

  it("writes kyat for people", () => {
    expect(formatKyat(1_234_567_891_000n)).toBe("1,234,567.891");
    expect(formatKyat(-1_500_000n)).toBe("-1.5");
    expect(formatKyat(2_000_000n, 2)).toBe("2.00");
    expect(formatKyat(1n)).toBe("0.000001");
  });
});

describe("exchange rates", () => {
  it("are exact ratios", () => {
    expect(fxRateFromDecimal("4500.25")).toEqual({
      microKyat: 4_500_250_000n,
      nanoUsd: 1_000_000_000n,
    });
  });

  it.each(["0", "-1", "0.0000001", "4500,25"])("refuse %j", (text) => {
    expect(() => fxRateFromDecimal(text)).toThrow(RangeError);
  });
});

describe("amounts in JSON", () => {
  const largest = (2n ** 63n - 1n).toString();

  it.each(["0", "1", largest])("accepts %s", (text) => {
    expect(microKyatSchema.parse(text)).toBe(BigInt(text));
  });

  it.each([1, "-1", "01", "1.0", "1e3", "", " 1", "9223372036854775808", null, undefined, "NaN"])(
    "refuses %j",
    (value) => {
      expect(microKyatSchema.safeParse(value).success).toBe(false);
    },
  );

  it("keeps the sign only where one is allowed", () => {
    expect(signedAmountSchema.parse("-5")).toBe(-5n);
    expect(signedAmountSchema.safeParse("-0").success).toBe(false);
    expect(signedAmountSchema.safeParse(`-${2n ** 63n}`).success).toBe(false);
  });
});
