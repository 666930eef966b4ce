import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { PinnedPricing } from "../../shared/events/mod.ts";
import type { Usage } from "../../shared/usage/mod.ts";
import { anyTerms, anyUsage, terms } from "./arbitraries.ts";
import { chargeMicroKyat, costNanoUsd, ownKeyFeeMicroKyat } from "./charge.ts";
import { oracleCharge, oracleCost, oracleFee } from "./rational_oracle.ts";

const TIERED = terms({ input: 1_000n, output: 4_000n, cached_input: 100n }, {
  tiers: [
    { aboveInputTokens: 10, ratesPicoUsdPerUnit: { input: 2_000n, output: 6_000n } },
    { aboveInputTokens: 20, ratesPicoUsdPerUnit: { input: 3_000n } },
  ],
});

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
    ["stays at the base up to the very first tier", { input: 10, output: 1 }, TIERED, 14n],
    ["takes the whole call to the tier, its output as well", { input: 11, output: 1 }, TIERED, 28n],
    ["counts every class of the input side for the tier", { input: 1, cached_input: 10 }, TIERED, 3n],
    ["does not count output for the tier", { input: 10, output: 1_000 }, TIERED, 4_010n],
    ["takes the highest tier alone: output is the base's again", { input: 21, output: 1 }, TIERED, 67n],
    ["falls back within the tier", { input: 11, cache_write_5m: 5 }, TIERED, 32n],
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

describe("the fee for an own key", () => {
  it("is what fractions say, without markup", () => {
    fc.assert(fc.property(fc.bigInt(0n, 10n ** 12n), anyTerms, (picoUsdPerRequest, pricing) => {
      expect(ownKeyFeeMicroKyat({ picoUsdPerRequest }, pricing))
        .toBe(oracleFee(picoUsdPerRequest, pricing));
    }));
  });
});
