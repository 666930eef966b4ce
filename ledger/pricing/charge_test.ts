import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { PinnedPricing, Rates } from "../../shared/events/mod.ts";
import { type Usage, USAGE_CLASSES } from "../../shared/usage/mod.ts";
import { chargeMicroKyat, costNanoUsd } from "./charge.ts";
import { holdAmountMicroKyat, outputTokensCarried } from "./hold_amount.ts";
import { oracleCharge, oracleCost } from "./rational_oracle.ts";
import { INPUT_SIDE, OUTPUT_SIDE } from "./rates.ts";

function terms(rates: Rates, more: Partial<PinnedPricing> = {}): PinnedPricing {
  return {
    priceVersion: 1,
    ratesPicoUsdPerUnit: rates,
    markupVersion: 1,
    markupPartsPerMillion: 0,
    fxVersion: 1,
    fxMicroKyat: 1_000_000_000n,
    fxNanoUsd: 1_000_000_000n,
    ...more,
  };
}

const rate = fc.bigInt(0n, 200_000_000n);
const anyTerms = fc.record({
  rates: fc.record(
    Object.fromEntries(USAGE_CLASSES.map((one) => [one, rate])),
    { requiredKeys: ["input", "output"] },
  ),
  markup: fc.integer({ min: 0, max: 10_000_000 }),
  fxMicroKyat: fc.bigInt(1n, 10_000_000_000n),
  fxNanoUsd: fc.bigInt(1n, 2_000_000_000n),
}).map(({ rates, markup, fxMicroKyat, fxNanoUsd }) =>
  terms(rates, { markupPartsPerMillion: markup, fxMicroKyat, fxNanoUsd })
);
const units = fc.integer({ min: 0, max: 2_000_000 });
const anyUsage: fc.Arbitrary<Usage> = fc.record(
  Object.fromEntries(USAGE_CLASSES.map((one) => [one, units])),
  { requiredKeys: [] },
);
const tokens = fc.integer({ min: 0, max: 300_000 });

describe("a charge", () => {
  // 1 picodollar at 1,000 kyat a dollar is 1e-3 microkyat.
  // deno-fmt-ignore
  const table: readonly (readonly [string, Usage, PinnedPricing, bigint])[] = [
    ["is nothing for nothing", {}, terms({ input: 5n }), 0n],
    ["is units by rate", { input: 3 }, terms({ input: 1_000_000n }), 3_000n],
    ["adds classes before it rounds", { input: 1, output: 1 }, terms({ input: 250n, output: 250n }), 1n],
    ["rounds half up", { input: 1 }, terms({ input: 500n }), 1n],
    ["rounds below half down", { input: 1 }, terms({ input: 499n }), 0n],
    ["rounds once, after the markup", { input: 1 }, terms({ input: 400n }, { markupPartsPerMillion: 250_000 }), 1n],
    ["takes 5 % of markup", { input: 1_000 }, terms({ input: 1_000_000n }, { markupPartsPerMillion: 50_000 }), 1_050_000n],
    ["keeps a rate of zero", { cached_input: 9 }, terms({ input: 1_000_000n, cached_input: 0n }), 0n],
    ["falls back from cached input to input", { cached_input: 1 }, terms({ input: 1_000n }), 1n],
    ["falls back from 1 h cache writes to 5 m first", { cache_write_1h: 1 }, terms({ input: 1_000n, cache_write_5m: 2_000n }), 2n],
    ["falls back from reasoning to output", { reasoning: 1 }, terms({ output: 3_000n }), 3n],
    ["leaves out units that nobody priced", { searches: 4, output: 1 }, terms({ output: 1_000n }), 1n],
    ["is GPT-4o mini at 4,000 kyat and 5 %", { input: 20, output: 7 }, terms({ input: 150_000n, output: 600_000n }, { markupPartsPerMillion: 50_000, fxMicroKyat: 4_000_000_000n }), 30_240n],
  ];

  table.forEach(([name, usage, pricing, expected]) => {
    it(name, () => expect(chargeMicroKyat(usage, pricing)).toBe(expected));
  });

  it("and its cost are what fractions say", () => {
    fc.assert(fc.property(anyUsage, anyTerms, (usage, pricing) => {
      expect(chargeMicroKyat(usage, pricing)).toBe(oracleCharge(usage, pricing));
      expect(costNanoUsd(usage, pricing)).toBe(oracleCost(usage, pricing));
    }));
  });
});

describe("a hold amount", () => {
  it("is never below a charge within its bounds", () => {
    const within = fc.record({ pricing: anyTerms, input: tokens, output: tokens }).chain((of) =>
      fc.record({
        pricing: fc.constant(of.pricing),
        bounds: fc.constant({ inputTokens: of.input, outputTokens: of.output }),
        inputClass: fc.constantFrom(...INPUT_SIDE),
        outputClass: fc.constantFrom(...OUTPUT_SIDE),
        input: fc.integer({ min: 0, max: of.input }),
        output: fc.integer({ min: 0, max: of.output }),
        plainInput: fc.integer({ min: 0, max: of.input }),
      })
    );
    fc.assert(fc.property(within, (of) => {
      const plain = Math.min(of.plainInput, of.bounds.inputTokens - of.input);
      const usage: Usage = of.inputClass === "input"
        ? { input: of.input, [of.outputClass]: of.output, requests: 1 }
        : { input: plain, [of.inputClass]: of.input, [of.outputClass]: of.output, requests: 1 };
      expect(chargeMicroKyat(usage, of.pricing) <= holdAmountMicroKyat(of.bounds, of.pricing))
        .toBe(true);
    }));
  });

  it("and the output that it carries are exact inverses", () => {
    const amount = fc.bigInt(0n, 10_000_000_000_000n);
    fc.assert(
      fc.property(anyTerms, amount, tokens, tokens, (pricing, amount, inputTokens, limit) => {
        const cost = (outputTokens: number) =>
          holdAmountMicroKyat({ inputTokens, outputTokens }, pricing);
        const carried = outputTokensCarried(amount, { inputTokens, limit }, pricing);
        if (carried === null) {
          expect(cost(0) > amount).toBe(true);
          return;
        }
        expect(carried).toBeLessThanOrEqual(limit);
        expect(cost(carried) <= amount).toBe(true);
        if (carried < limit) expect(cost(carried + 1) > amount).toBe(true);
      }),
    );
  });

  it("carries exactly what it was made for", () => {
    fc.assert(fc.property(anyTerms, tokens, tokens, (pricing, inputTokens, outputTokens) => {
      const amount = holdAmountMicroKyat({ inputTokens, outputTokens }, pricing);
      const carried = outputTokensCarried(amount, { inputTokens, limit: 300_000 }, pricing);
      expect(carried).toBeGreaterThanOrEqual(outputTokens);
    }));
  });

  it("does not carry what would be rounded up beyond it", () => {
    // One output token costs half a microkyat, which is charged as a whole one.
    const half = terms({ input: 0n, output: 500n });
    expect(outputTokensCarried(0n, { inputTokens: 0, limit: 9 }, half)).toBe(0);
    expect(outputTokensCarried(1n, { inputTokens: 0, limit: 9 }, half)).toBe(2);
  });

  it("carries nothing below zero, and any output that costs nothing", () => {
    const free = terms({ input: 0n, output: 0n });
    expect(outputTokensCarried(-1n, { inputTokens: 0, limit: 5 }, free)).toBeNull();
    expect(outputTokensCarried(0n, { inputTokens: 9, limit: 5 }, free)).toBe(5);
    const withFee = terms({ input: 0n, output: 0n, requests: 1_000_000n });
    expect(outputTokensCarried(999n, { inputTokens: 9, limit: 5 }, withFee)).toBeNull();
    expect(holdAmountMicroKyat({ inputTokens: 9, outputTokens: 5 }, withFee)).toBe(1_000n);
  });
});
