import { describe, expect, it } from "vitest";
import type { PriceRow } from "../../shared/read_api/mod.ts";
import { priceOfForm, tiersIn, typedOver, valuesOfPrice } from "./mod.ts";

const price: PriceRow = {
  model: "google/gemini-2.5-pro",
  priceVersion: 4,
  displayName: "Gemini 2.5 Pro",
  ownedBy: "google",
  ratesPicoUsdPerUnit: { input: 1_250_000n, output: 10_000_000n, audio_input: 1n, searches: 0n },
  contextWindowTokens: 1_048_576,
  maxOutputTokens: 65_536,
  source: "genai-prices 0.1.8",
  publishedAtMs: 0,
  kind: "chat",
  tiers: [
    { aboveInputTokens: 128_000, ratesPicoUsdPerUnit: { input: 2_000_000n } },
    { aboveInputTokens: 200_000, ratesPicoUsdPerUnit: { input: 2_500_000n, output: 15_000_001n } },
  ],
  inputModalities: ["video", "text", "image"],
  outputModalities: ["text"],
  capabilities: ["tools", "reasoning"],
  deprecatedOn: "2027-01-01",
  retiredOn: null,
  providers: ["gemini", "openrouter"],
};
const reading = (values: Record<string, string>) => (name: string) => values[name] ?? "";
const bodyOf = (change: Record<string, string> = {}) =>
  priceOfForm(reading({ ...valuesOfPrice(price), ...change }), price);

describe("a price that goes through the form", () => {
  it("is the same price", () => {
    expect(bodyOf()).toEqual({
      ok: true,
      body: {
        model: price.model,
        displayName: price.displayName,
        ownedBy: price.ownedBy,
        ratesPicoUsdPerUnit: {
          input: "1250000",
          output: "10000000",
          audio_input: "1",
          searches: "0",
        },
        contextWindowTokens: 1_048_576,
        maxOutputTokens: 65_536,
        source: price.source,
        kind: "chat",
        tiers: [
          { aboveInputTokens: 128_000, ratesPicoUsdPerUnit: { input: "2000000" } },
          {
            aboveInputTokens: 200_000,
            ratesPicoUsdPerUnit: { input: "2500000", output: "15000001" },
          },
        ],
        inputModalities: ["video", "text", "image"],
        outputModalities: ["text"],
        capabilities: ["tools", "reasoning"],
        deprecatedOn: "2027-01-01",
        providers: ["gemini", "openrouter"],
      },
    });
  });

  it("loses a tier, a day or a modality only when its fields are emptied", () => {
    const asked = bodyOf({
      "tier0.above": "",
      "tier0.input": "",
      deprecatedOn: "",
      "inputModalities.video": "",
    });
    expect(asked.ok && asked.body.tiers).toEqual([
      { aboveInputTokens: 200_000, ratesPicoUsdPerUnit: { input: "2500000", output: "15000001" } },
    ]);
    expect(asked.ok && asked.body.inputModalities).toEqual(["text", "image"]);
    expect(asked.ok && "deprecatedOn" in asked.body).toBe(false);
  });

  it.each([
    [{ "tier1.above": "128000" }, { "tier1.above": "tier_bad" }],
    [{ "tier0.above": "" }, { "tier0.above": "tier_bad" }],
    [{ "tier0.input": "" }, { "tier0.above": "tier_bad" }],
    [{ "tier1.output": "dear" }, { "tier1.output": "amount_bad" }],
    [{ capabilities: "tools, ?" }, { capabilities: "names_bad" }],
    [{ retiredOn: "soon" }, { retiredOn: "day_bad" }],
    [{ model: "" }, { model: "identifier_bad" }],
  ])("with %j is refused at the field", (change, problems) => {
    expect(bodyOf(change as Record<string, string>)).toEqual({ ok: false, problems });
  });
});

describe("what was typed over what is known", () => {
  it("fills the fields that were left empty, and takes tiers from one side", () => {
    const known = valuesOfPrice(price);
    const filled = typedOver(known, { model: price.model, input: "9", basis: "0" });
    expect(filled).toMatchObject({ input: "9", output: "10.00", basis: "4", kind: "chat" });
    expect(tiersIn(filled)).toBe(2);
    const own = typedOver(known, { "tier0.above": "5", "tier0.input": "1" });
    expect(tiersIn(own)).toBe(1);
  });
});
