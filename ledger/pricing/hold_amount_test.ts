import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { PinnedPricing } from "../../shared/events/mod.ts";
import {
  INPUT_SIDE,
  OUTPUT_SIDE,
  UNIT_CLASSES,
  type Usage,
  USAGE_CLASSES,
} from "../../shared/usage/mod.ts";
import { anyTerms, terms } from "./arbitraries.ts";
import { type CallBounds, holdAmountMicroKyat, outputTokensCarried } from "./hold_amount.ts";
import { oracleCharge } from "./rational_oracle.ts";

const tokens = fc.integer({ min: 0, max: 300_000 });
const anyUnits: fc.Arbitrary<Usage | undefined> = fc.option(
  fc.record(
    Object.fromEntries(UNIT_CLASSES.map((one) => [one, fc.integer({ min: 0, max: 5_000 })])),
    { requiredKeys: [] },
  ),
  { nil: undefined },
);
const anyClasses = fc.option(fc.subarray([...USAGE_CLASSES]), { nil: undefined });
const anyBounds: fc.Arbitrary<CallBounds> = fc.record({
  inputTokens: tokens,
  outputTokens: tokens,
  units: anyUnits,
  classes: anyClasses,
});

const possible = (side: typeof INPUT_SIDE | typeof OUTPUT_SIDE, { classes }: CallBounds) =>
  side.filter((one) => classes === undefined || classes.includes(one));
const unitsAt = ({ units = {} }: CallBounds): Usage => ({ requests: 1, ...units });

/** The dearest call within bounds, found by trying every corner in which it can lie. */
function dearestCharge(bounds: CallBounds, pricing: PinnedPricing): bigint {
  const edges = (pricing.tiers ?? []).map((one) => one.aboveInputTokens);
  const lengths = [bounds.inputTokens, ...edges.filter((edge) => edge < bounds.inputTokens)];
  const inputs = possible(INPUT_SIDE, bounds)
    .flatMap((one) => lengths.map((length): Usage => ({ [one]: length })));
  const outputs = possible(OUTPUT_SIDE, bounds)
    .map((one): Usage => ({ [one]: bounds.outputTokens }));
  let dearest = 0n;
  for (const input of inputs.length === 0 ? [{}] : inputs) {
    for (const output of outputs.length === 0 ? [{}] : outputs) {
      const charge = oracleCharge({ ...unitsAt(bounds), ...input, ...output }, pricing);
      if (charge > dearest) dearest = charge;
    }
  }
  return dearest;
}

/** Shares of a whole, one for each class, that add up to at most the whole. */
const shares = fc.array(fc.integer({ min: 0, max: 1_000 }), { minLength: 6, maxLength: 6 });

function spread(side: typeof INPUT_SIDE | typeof OUTPUT_SIDE, bound: number, by: number[]): Usage {
  const total = Math.max(1, by.reduce((sum, one) => sum + one, 0));
  return Object.fromEntries(
    side.map((one, index) => [one, Math.floor((bound * by[index]!) / total)]),
  );
}

describe("a hold amount", () => {
  it("is the charge of the dearest call within its bounds, tiers included", () => {
    fc.assert(fc.property(anyBounds, anyTerms, (bounds, pricing) => {
      const hinted = bounds.classes === undefined ||
        (possible(INPUT_SIDE, bounds).length > 0 && possible(OUTPUT_SIDE, bounds).length > 0);
      fc.pre(hinted);
      expect(holdAmountMicroKyat(bounds, pricing)).toBe(dearestCharge(bounds, pricing));
    }));
  });

  it("is never below a charge within its bounds, however the tokens are spread", () => {
    fc.assert(
      fc.property(anyBounds, anyTerms, shares, shares, (bounds, pricing, inputs, outputs) => {
        const open = { ...bounds, classes: undefined };
        const usage = {
          ...unitsAt(open),
          ...spread(INPUT_SIDE, open.inputTokens, inputs),
          ...spread(OUTPUT_SIDE, open.outputTokens, outputs),
        };
        expect(oracleCharge(usage, pricing) <= holdAmountMicroKyat(open, pricing)).toBe(true);
      }),
    );
  });

  it("never falls when a bound rises", () => {
    fc.assert(fc.property(anyBounds, anyTerms, tokens, tokens, (bounds, pricing, more, output) => {
      const amount = holdAmountMicroKyat(bounds, pricing);
      const wider = {
        ...bounds,
        inputTokens: bounds.inputTokens + more,
        outputTokens: bounds.outputTokens + output,
        classes: undefined,
      };
      expect(holdAmountMicroKyat(wider, pricing) >= amount).toBe(true);
    }));
  });

  // A picodollar is 1e-3 microkyat, so that 1,000 of them are one.
  const WRITES = terms({
    input: 1_000n,
    cache_write_5m: 1_250n,
    cache_write_1h: 2_000n,
    output: 0n,
  });
  const TIERED = terms({ input: 1_000n, output: 1_000n, searches: 10_000n }, {
    tiers: [{ aboveInputTokens: 10, ratesPicoUsdPerUnit: { input: 3_000n, output: 2_000n } }],
  });
  // deno-fmt-ignore
  const table: readonly (readonly [string, CallBounds, PinnedPricing, bigint])[] = [
    ["takes the dearest class", { inputTokens: 100, outputTokens: 0 }, WRITES, 200n],
    ["leaves out classes that cannot occur", { inputTokens: 100, outputTokens: 0, classes: ["input", "cached_input", "output"] }, WRITES, 100n],
    ["prices a hinted class by its fallback", { inputTokens: 100, outputTokens: 0, classes: ["audio_input"] }, WRITES, 100n],
    ["leaves out a tier that the input cannot reach", { inputTokens: 10, outputTokens: 5 }, TIERED, 15n],
    ["takes the tier that it can", { inputTokens: 11, outputTokens: 5 }, TIERED, 43n],
    ["adds the units at their own rates", { inputTokens: 0, outputTokens: 0, units: { searches: 4, seconds: 9 } }, TIERED, 40n],
    ["counts one request where there is a fee", { inputTokens: 0, outputTokens: 0 }, terms({ requests: 7_000n }), 7n],
    ["counts the requests that are named", { inputTokens: 0, outputTokens: 0, units: { requests: 3 } }, terms({ requests: 7_000n }), 21n],
    ["takes the shorter call when it is dearer", { inputTokens: 11, outputTokens: 0 }, terms({ input: 5_000n }, { tiers: [{ aboveInputTokens: 10, ratesPicoUsdPerUnit: { input: 1n } }] }), 50n],
  ];
  table.forEach(([name, bounds, pricing, expected]) => {
    it(name, () => expect(holdAmountMicroKyat(bounds, pricing)).toBe(expected));
  });
});

describe("the output that an amount carries", () => {
  it("and the hold amount are exact inverses", () => {
    const amount = fc.bigInt(0n, 10_000_000_000_000n);
    fc.assert(fc.property(anyTerms, amount, anyBounds, (pricing, amount, bounds) => {
      const { outputTokens: limit, ...of } = bounds;
      const cost = (outputTokens: number) => holdAmountMicroKyat({ ...of, outputTokens }, pricing);
      const carried = outputTokensCarried(amount, { ...of, limit }, pricing);
      if (carried === null) {
        expect(cost(0) > amount).toBe(true);
        return;
      }
      expect(carried).toBeLessThanOrEqual(limit);
      expect(cost(carried) <= amount).toBe(true);
      if (carried < limit) expect(cost(carried + 1) > amount).toBe(true);
    }));
  });

  it("is at least what the amount was made for", () => {
    fc.assert(fc.property(anyTerms, anyBounds, (pricing, bounds) => {
      const amount = holdAmountMicroKyat(bounds, pricing);
      const carried = outputTokensCarried(amount, { ...bounds, limit: 300_000 }, pricing);
      expect(carried).toBeGreaterThanOrEqual(bounds.outputTokens);
    }));
  });

  it("does not include what would be rounded up beyond it", () => {
    // One output token costs half a microkyat, which is charged as a whole one.
    const half = terms({ input: 0n, output: 500n });
    expect(outputTokensCarried(0n, { inputTokens: 0, limit: 9 }, half)).toBe(0);
    expect(outputTokensCarried(1n, { inputTokens: 0, limit: 9 }, half)).toBe(2);
  });

  it("is nothing below zero, and any output that costs nothing", () => {
    const free = terms({ input: 0n, output: 0n });
    expect(outputTokensCarried(-1n, { inputTokens: 0, limit: 5 }, free)).toBeNull();
    expect(outputTokensCarried(0n, { inputTokens: 9, limit: 5 }, free)).toBe(5);
    const withFee = terms({ input: 0n, output: 0n, requests: 1_000_000n });
    expect(outputTokensCarried(999n, { inputTokens: 9, limit: 5 }, withFee)).toBeNull();
    expect(holdAmountMicroKyat({ inputTokens: 9, outputTokens: 5 }, withFee)).toBe(1_000n);
  });
});
