import { describe, expect, it } from "vitest";
import type { Rates } from "../../shared/events/mod.ts";
import { choosePrice } from "./choose_price.ts";
import { entryOf } from "./entry.ts";
import type { CatalogueProvider } from "./providers.ts";
import type { SourceModel, SourceName } from "./sources/source_model.ts";

const told = (
  source: SourceName,
  rates: Rates,
  more: Partial<SourceModel> = {},
): SourceModel => ({
  source,
  id: "model",
  name: null,
  kind: null,
  rates,
  tiers: [],
  unrepresented: [],
  contextWindowTokens: 1_000,
  maxOutputTokens: 100,
  inputModalities: [],
  outputModalities: [],
  capabilities: [],
  deprecatedOn: null,
  deprecated: false,
  family: null,
  releasedOn: null,
  ...more,
});
const genai = (rates: Rates, more?: Partial<SourceModel>) => told("genai-prices", rates, more);
const litellm = (rates: Rates, more?: Partial<SourceModel>) => told("litellm", rates, more);
const modelsDev = (rates: Rates, more?: Partial<SourceModel>) => told("models.dev", rates, more);
const base = { input: 100n, output: 400n };

describe("the price of a model", () => {
  it("is that of the first source, confirmed by those within ten percent of it", () => {
    const price = choosePrice("chat", [
      genai(base),
      litellm({ input: 110n, output: 400n }),
      modelsDev({ input: 112n, output: 400n }),
    ])!;
    expect(price).toMatchObject({
      rates: base,
      from: { source: "genai-prices" },
      confirmedBy: ["litellm"],
      held: null,
    });
    expect(price.differences).toEqual([
      {
        what: "input",
        chosen: "0.0001",
        other: "0.00011",
        by: "litellm",
        why: "genai-prices goes first",
      },
      {
        what: "input",
        chosen: "0.0001",
        other: "0.000112",
        by: "models.dev",
        why: "genai-prices goes first; models.dev is too far off",
      },
    ]);
  });

  it("is held back when every other source is further off than that, on either side", () => {
    for (const off of [{ input: 112n, output: 400n }, { input: 100n, output: 359n }]) {
      expect(choosePrice("chat", [genai(base), litellm(off)])!.held)
        .toBe("base price: genai-prices and litellm are more than 10 % apart");
      expect(choosePrice("chat", [genai(base), litellm(off), modelsDev(base)])!.held).toBeNull();
    }
  });

  it("is not held back when one source alone tells it, unless that says that it is free", () => {
    expect(choosePrice("chat", [genai(base)])!.held).toBeNull();
    const free = { input: 0n, output: 0n };
    expect(choosePrice("chat", [litellm(free)])!.held).toBe("litellm alone says that it is free");
    expect(choosePrice("chat", [litellm(free), modelsDev(free)])!.held).toBeNull();
    expect(choosePrice("chat", [litellm(free, { id: "model:free" })])!.held).toBeNull();
    expect(choosePrice("moderation", [litellm(free)])!.held).toBeNull();
  });

  it("takes classes that the first source lacks from one that confirms it, and from no other", () => {
    const price = choosePrice("chat", [
      genai(base),
      litellm({ ...base, cached_input: 10n, audio_input: 900n }),
      modelsDev({ input: 500n, output: 400n, reasoning: 700n }),
    ])!;
    expect(price.rates).toEqual({ ...base, cached_input: 10n, audio_input: 900n });
    expect(price.filledFrom).toEqual({ cached_input: "litellm", audio_input: "litellm" });
  });

  it("takes no searches beside a fee for requests, which is the same fee", () => {
    const rates = { ...base, requests: 12n };
    expect(choosePrice("chat", [genai(rates), litellm({ ...base, searches: 5n })])!.rates)
      .toEqual(rates);
  });

  it("leaves out what its fallback says as well, unless a tier says otherwise", () => {
    expect(choosePrice("chat", [genai({ ...base, reasoning: 400n, audio_input: 100n })])!.rates)
      .toEqual(base);
    const tier = { aboveInputTokens: 9, rates: { ...base, reasoning: 800n } };
    const price = choosePrice("chat", [genai({ ...base, reasoning: 400n }, { tiers: [tier] })])!;
    expect(price.rates).toEqual({ ...base, reasoning: 400n });
    expect(price.tiers).toEqual([{ aboveInputTokens: 9, rates: { reasoning: 800n } }]);
  });

  it("keeps a tier that changes nothing where a lower one does", () => {
    const tiers = [
      { aboveInputTokens: 10, rates: { ...base, input: 200n } },
      { aboveInputTokens: 20, rates: base },
    ];
    expect(choosePrice("chat", [genai(base, { tiers })])!.tiers).toEqual([
      { aboveInputTokens: 10, rates: { input: 200n } },
      { aboveInputTokens: 20, rates: {} },
    ]);
  });

  it("fills a tier with what the other source asks at the same length, give or take a token", () => {
    const own = [{ aboveInputTokens: 199_999, rates: { input: 200n, output: 600n } }];
    const other = [{
      aboveInputTokens: 200_000,
      rates: { input: 200n, output: 600n, cached_input: 20n },
    }];
    const price = choosePrice("chat", [
      genai(base, { tiers: own }),
      litellm({ ...base, cached_input: 10n }, { tiers: other }),
    ])!;
    expect(price.tiers[0]!.rates).toEqual({ input: 200n, output: 600n, cached_input: 20n });
    expect(price.differences).toEqual([]);
  });

  it("is none while no source prices what the kind is sold by", () => {
    expect(choosePrice("chat", [genai({ input: 1n })])).toBeNull();
    expect(choosePrice("transcription", [genai({ characters: 1n })])).toBeNull();
    expect(choosePrice("rerank", [litellm({ input: 0n, searches: 2n })])!.rates)
      .toEqual({ input: 0n, searches: 2n });
  });
});

describe("an entry of the catalogue", () => {
  const maker: CatalogueProvider = {
    name: "maker",
    genaiPrices: "maker",
    litellm: ["maker"],
    modelsDev: "maker",
    tokenlens: null,
    makesModels: true,
  };
  const of = (all: readonly SourceModel[], provider = maker, id = "model") => {
    const outcome = entryOf({ provider, id, told: all }, "2026-09-23");
    if ("leftOut" in outcome) throw new Error(outcome.leftOut);
    return outcome.entry;
  };

  it("has the largest limits that anybody tells, and says what others tell", () => {
    const entry = of([
      genai(base, { contextWindowTokens: 400_000, maxOutputTokens: null }),
      litellm(base, { contextWindowTokens: 272_000, maxOutputTokens: 128_000 }),
    ]);
    expect(entry).toMatchObject({
      contextWindowTokens: 400_000,
      maxOutputTokens: 128_000,
      differences: [{
        what: "contextWindowTokens",
        chosen: "400000",
        other: "272000",
        by: "litellm",
        why: "the larger one bounds every call",
      }],
    });
  });

  it("is held back once it is out of service, and only shows that it will be", () => {
    expect(of([genai(base), litellm(base, { deprecatedOn: "2026-09-23" })])).toMatchObject({
      held: "out of service since 2026-09-23",
      deprecatedOn: "2026-09-23",
      retiredOn: "2026-09-23",
    });
    const later = of([genai(base), litellm(base, { deprecatedOn: "2026-09-24" })]);
    expect([later.held, later.deprecatedOn, later.retiredOn])
      .toEqual([undefined, "2026-09-24", undefined]);
    expect(of([genai(base, { deprecated: true })])).toMatchObject({ deprecatedOn: "2026-09-23" });
  });

  it("is left out where a host's model stands in one list alone that may be stale", () => {
    const host = { ...maker, makesModels: false };
    expect(() => of([genai(base)], host)).toThrow("genai-prices alone tells of it");
    expect(() => of([litellm(base)], host)).toThrow("litellm alone tells of it");
    expect(of([modelsDev(base)], host)).toMatchObject({ from: "models.dev", confirmedBy: [] });
    expect(of([litellm(base)], { ...host, genaiPrices: null, modelsDev: null }))
      .toMatchObject({ from: "litellm" });
    expect(of([genai(base), litellm(base)], host)).toMatchObject({ confirmedBy: ["litellm"] });
  });

  it("is left out without a context window, a price, or a name", () => {
    const nothing = { contextWindowTokens: null, maxOutputTokens: null };
    expect(() => of([genai(base, nothing)])).toThrow("no source tells its context window");
    expect(() => of([genai({})])).toThrow("no source has a price");
    expect(() => of([genai(base)], maker, "~name")).toThrow("its name is no identifier");
  });

  it("lends the price of pictures to plain output, which would else be free", () => {
    const picture = litellm({ input: 5n, image_output: 40n }, { kind: "image" });
    expect(of([picture]).usdPerMillion).toEqual({
      input: "0.000005",
      output: "0.00004",
      image_output: "0.00004",
    });
  });

  it("takes and gives what its prices name", () => {
    const entry = of([genai({ ...base, audio_input: 900n, audio_output: 1_800n })]);
    expect([entry.input, entry.output]).toEqual([["text", "audio"], ["text", "audio"]]);
  });
});
