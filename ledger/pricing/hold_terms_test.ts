import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { HOLD_BILLINGS } from "../../shared/events/mod.ts";
import { INPUT_SIDE, OUTPUT_SIDE } from "../../shared/usage/mod.ts";
import { command, READY_TO_CALL, Scenario } from "../shard/scenario.ts";
import { anyTerms, anyUsage } from "./arbitraries.ts";
import { coverMicroKyat, outputCovered, type PinnedTerms } from "./hold_terms.ts";
import { oracleCharge, oracleFee } from "./rational_oracle.ts";

const tokens = fc.integer({ min: 0, max: 300_000 });

/** Terms as a hold pins them: the same markup and exchange rate for every model of it. */
const anyPinned: fc.Arbitrary<PinnedTerms> = fc.record({
  pricing: anyTerms,
  others: fc.array(anyTerms, { maxLength: 3 }),
  billing: fc.constantFrom(...HOLD_BILLINGS),
  picoUsdPerRequest: fc.bigInt(0n, 10n ** 13n),
}).map(({ pricing, others, billing, picoUsdPerRequest }) => ({
  pricing,
  ...(others.length === 0 ? {} : {
    alternatives: others.map(({ ratesPicoUsdPerUnit, tiers }, index) => ({
      model: `model-${index + 2}`,
      pricing: {
        ...pricing,
        ratesPicoUsdPerUnit,
        ...(tiers === undefined ? { tiers: [] } : { tiers }),
      },
    })),
  }),
  ...(billing === "tokens" ? {} : { billing }),
  ...(billing === "own_key" || billing === "either"
    ? { ownKeyFee: { feeVersion: 1, picoUsdPerRequest } }
    : {}),
}));

describe("what a hold covers", () => {
  it("is never below any charge that may end it, whichever model serves and whoever pays", () => {
    const bounded = fc.record({ terms: anyPinned, usage: anyUsage });
    fc.assert(fc.property(bounded, ({ terms, usage }) => {
      const sum = (side: readonly (keyof typeof usage)[]) =>
        side.reduce((total, one) => total + (usage[one] ?? 0), 0);
      const { characters = 0, seconds = 0, images = 0, requests = 0, searches = 0 } = usage;
      const unitsBound = { characters, seconds, images, requests, searches };
      const cover = coverMicroKyat(
        { inputTokens: sum(INPUT_SIDE), outputTokens: sum(OUTPUT_SIDE) },
        { ...terms, unitsBound },
      );
      if (terms.billing === "free") expect(cover).toBe(0n);
      else if (terms.billing !== "own_key") {
        const all = [terms.pricing, ...terms.alternatives?.map((one) => one.pricing) ?? []];
        for (const pricing of all) expect(oracleCharge(usage, pricing) <= cover).toBe(true);
      }
      if (terms.ownKeyFee !== undefined) {
        const fee = oracleFee(terms.ownKeyFee.picoUsdPerRequest, terms.pricing);
        expect(fee <= cover).toBe(true);
        if (terms.billing === "own_key") expect(cover).toBe(fee);
      }
    }));
  });

  it("and the output that it allows are exact inverses, over all models", () => {
    const amounts = fc.bigInt(0n, 10_000_000_000_000n);
    fc.assert(
      fc.property(anyPinned, amounts, tokens, tokens, (terms, amount, inputTokens, limit) => {
        const cost = (outputTokens: number) => coverMicroKyat({ inputTokens, outputTokens }, terms);
        const carried = outputCovered(amount, { inputTokens, limit }, terms);
        if (carried === null) {
          expect(cost(0) > amount).toBe(true);
          return;
        }
        expect(cost(carried) <= amount).toBe(true);
        expect(carried).toBeLessThanOrEqual(limit);
        if (carried < limit) expect(cost(carried + 1) > amount).toBe(true);
      }),
    );
  });
});

describe("the terms of a hold", () => {
  // An input token costs 1,000 microkyat and an output token 4,000; the fee for an own key is 2,000.
  const dear = command("PublishPrice", {
    model: "model-2",
    ratesPicoUsdPerUnit: { input: 3_000_000n, output: 2_000_000n },
    contextWindowTokens: 2_000,
    maxOutputTokens: 7,
  });
  const free = command("PublishPrice", {
    model: "model-3",
    ratesPicoUsdPerUnit: { input: 0n, output: 0n },
  });
  const ready = () => {
    const scenario = new Scenario();
    scenario.given(...READY_TO_CALL, dear, free, command("SetOwnKeyFee"));
    return scenario;
  };
  const placed = (...of: Parameters<typeof command<"PlaceHold">>[1][]) => {
    const scenario = ready();
    for (const each of of) {
      const [event] = scenario.given(command("PlaceHold", each));
      if (event?.type === "HoldPlaced") return event.payload;
    }
    throw new Error("no hold");
  };

  it("cover the dearest of the models, each pinned once", () => {
    const payload = placed({ alternatives: ["model-2", "model-1", "model-3", "model-2"] });
    expect(payload.amountMicroKyat).toBe(50_000n);
    expect(payload.alternatives).toMatchObject([
      { model: "model-2", pricing: { priceVersion: 1, markupVersion: 1, fxVersion: 1 } },
      { model: "model-3" },
    ]);
    expect(placed({ model: "model-3", alternatives: ["model-2"] }).amountMicroKyat).toBe(50_000n);
  });

  it("lower the output to what the dearest model lets the wallet carry", () => {
    const all = { model: "model-3", outputTokensRequested: null, inputTokensBound: 300 };
    expect(placed({ ...all }).outputTokensGranted).toBe(100);
    expect(placed({ ...all, alternatives: ["model-2"] }).outputTokensGranted).toBe(50);
  });

  it("cut the input to the widest window of the models", () => {
    const long = { model: "model-3", inputTokensBound: 5_000 };
    expect(placed({ ...long }).inputTokensBound).toBe(1_000);
    expect(placed({ ...long, billing: "own_key", alternatives: ["model-2"] }).inputTokensBound)
      .toBe(2_000);
  });

  it("of an own key are its fee alone, however long the call", () => {
    const payload = placed({ billing: "own_key", inputTokensBound: 1_000 });
    expect(payload).toMatchObject({
      amountMicroKyat: 2_000n,
      outputTokensGranted: 10,
      billing: "own_key",
      ownKeyFee: { feeVersion: 1, picoUsdPerRequest: 2_000_000n },
    });
  });

  it("of either key are the dearer of tokens and fee", () => {
    expect(placed({ billing: "either" }).amountMicroKyat).toBe(50_000n);
    expect(placed({ billing: "either", model: "model-3" }).amountMicroKyat).toBe(2_000n);
  });

  it("say nothing about what a call does not have", () => {
    const payload = placed({ billing: "tokens", alternatives: ["model-1"] });
    const optional = [
      "alternatives",
      "billing",
      "ownKeyFee",
      "unitsBound",
      "classes",
      "askedModel",
    ];
    expect(Object.keys(payload).filter((name) => optional.includes(name))).toEqual([]);
  });

  it("pin tiers, units, classes and what the client asked for", () => {
    const scenario = ready();
    const tiers = [{ aboveInputTokens: 9, ratesPicoUsdPerUnit: { input: 5_000_000n } }];
    scenario.given(command("PublishPrice", { tiers }));
    const more = {
      unitsBound: { searches: 3 },
      classes: ["input", "output"] as ("input" | "output")[],
      askedModel: "auto",
    };
    expect(scenario.given(command("PlaceHold", more))).toMatchObject([
      { payload: { pricing: { tiers }, amountMicroKyat: 90_000n, ...more } },
    ]);
  });
});
