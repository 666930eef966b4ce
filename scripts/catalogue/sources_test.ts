import type { MatchLogic } from "@pydantic/genai-prices";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseKeepingDigits, picoUsdPerUnit } from "./exact_rate.ts";
import { matches, readGenaiPrices } from "./sources/genai_prices.ts";
import { readLitellm } from "./sources/litellm.ts";
import { readModelsDev } from "./sources/models_dev.ts";

const DAY = "2026-09-23";

describe("a price in a source", () => {
  it.each([
    ["2.5e-06", 1n, 2_500_000n],
    ["0.15", 1_000_000n, 150_000n],
    ["0.36", 3_600n, 100_000_000n],
    ["10", 1_000n, 10_000_000_000n],
    ["0", 1n, 0n],
    ["0.0", 1n, 0n],
    ["1e-12", 1n, 1n],
    ["1E2", 1n, 100_000_000_000_000n],
    ["1e-13", 1n, null],
    ["0.04", 3_600n, null],
    ["0.0002833333333333333", 1n, null],
    ["-1", 1n, null],
    ["", 1n, null],
    ["1,5", 1n, null],
    ["Infinity", 1n, null],
  ])("%s for %d is %s picodollars a unit, or nothing", (text, perUnits, expected) => {
    expect(picoUsdPerUnit(text, perUnits)).toBe(expected);
  });

  it("is exact for every decimal that is, and never rounded", () => {
    fc.assert(fc.property(
      fc.bigInt(0n, 10n ** 18n),
      fc.integer({ min: 0, max: 25 }),
      fc.constantFrom(1n, 1_000n, 3_600n, 1_000_000n),
      (mantissa, decimals, perUnits) => {
        const rate = picoUsdPerUnit(`${mantissa}e-${decimals}`, perUnits);
        const [n, d] = [mantissa * 10n ** 12n, perUnits * 10n ** BigInt(decimals)];
        expect(rate).toBe(n % d === 0n ? n / d : null);
      },
    ));
  });

  it("keeps the digits that its file has", () => {
    expect(parseKeepingDigits('{"a":1.50e-07,"b":[0.1,"x",true,null],"c":12345678901234567890}'))
      .toEqual({ a: "1.50e-07", b: ["0.1", "x", true, null], c: "12345678901234567890" });
  });
});

describe("genai-prices", () => {
  it("gives every class it has, tiers by the tokens that they begin above, and what has no class", () => {
    expect(readGenaiPrices("openai", DAY).find("gpt-5.4")).toMatchObject({
      source: "genai-prices",
      rates: { input: 2_500_000n, cached_input: 250_000n, output: 15_000_000n },
      tiers: [{
        aboveInputTokens: 271_999,
        rates: { input: 5_000_000n, cached_input: 500_000n, searches: 10_000_000_000n },
      }],
      unrepresented: ["storage_searches_kcount 2.5"],
      contextWindowTokens: 1_050_000,
    });
    expect(readGenaiPrices("openai", DAY).find("whisper-1")?.rates).toEqual({
      seconds: 100_000_000n,
    });
  });

  it("finds a dated name by its pattern, and none that no pattern takes", () => {
    const openai = readGenaiPrices("openai", DAY);
    expect(openai.find("gpt-4o-mini-2024-07-18")?.rates).toEqual(openai.find("gpt-4o-mini")?.rates);
    expect(openai.find("no-such-model")).toBeNull();
    expect(() => readGenaiPrices("no-such-provider", DAY)).toThrow("no provider no-such-provider");
  });

  it("takes the price of the day, and the dearest of its hours", () => {
    const hourly = readGenaiPrices("deepseek", DAY).find("deepseek-chat")!;
    expect(hourly.rates).toMatchObject({ input: 270_000n, output: 1_100_000n });
    expect(hourly.unrepresented).toEqual(["a lower price at some hours of the day"]);
    const o3 = (day: string) => readGenaiPrices("openai", day).find("o3")!.rates.input;
    expect([o3("2025-06-09"), o3("2025-06-10")]).toEqual([10_000_000n, 2_000_000n]);
  });

  const patterns: [MatchLogic, string, boolean][] = [
    [{ equals: "A" }, "a", true],
    [{ starts_with: "gpt-" }, "gpt-4", true],
    [{ ends_with: "-x" }, "a-y", false],
    [{ contains: "b" }, "abc", true],
    [{ regex: "^(?!.*tts)" }, "gemini-tts", false],
    [{ or: [{ equals: "x" }, { equals: "y" }] }, "y", true],
    [{ and: [{ contains: "x" }, { contains: "y" }] }, "x", false],
  ];
  it.each(patterns)("pattern %j takes %s: %s", (match, id, taken) => {
    expect(matches(match, id)).toBe(taken);
  });
});

describe("litellm", () => {
  it("gives tokens by class, both lifetimes of cache writes, and tiers", () => {
    const entry = {
      mode: "chat",
      input_cost_per_token: "3e-06",
      output_cost_per_token: "1.5e-05",
      cache_creation_input_token_cost: "3.75e-06",
      cache_creation_input_token_cost_above_1hr: "6e-06",
      cache_read_input_token_cost: "3e-07",
      input_cost_per_token_above_200k_tokens: "6e-06",
      max_input_tokens: "200000",
      max_output_tokens: "64000",
      supports_vision: true,
      supports_function_calling: true,
      deprecation_date: "2027-01-02",
    };
    expect(readLitellm("m", entry)).toMatchObject({
      kind: "chat",
      rates: {
        input: 3_000_000n,
        output: 15_000_000n,
        cached_input: 300_000n,
        cache_write_5m: 3_750_000n,
        cache_write_1h: 6_000_000n,
      },
      tiers: [{ aboveInputTokens: 200_000, rates: { input: 6_000_000n, output: 15_000_000n } }],
      capabilities: ["tools", "vision"],
      contextWindowTokens: 200_000,
      maxOutputTokens: 64_000,
      deprecatedOn: "2027-01-02",
    });
  });

  it("gives ranges as tiers, the first of them as the base", () => {
    const range = (from: string, input: string) => ({
      range: [from, "x"],
      input_cost_per_token: input,
      output_cost_per_token: "5e-06",
    });
    const tiered_pricing = [range("0", "1e-06"), range("32000.0", "2e-06")];
    expect(readLitellm("m", { mode: "chat", tiered_pricing })).toMatchObject({
      rates: { input: 1_000_000n, output: 5_000_000n },
      tiers: [{ aboveInputTokens: 32_000, rates: { input: 2_000_000n } }],
    });
  });

  it.each([
    ["audio_speech", { input_cost_per_character: "1.5e-05" }, { characters: 15_000_000n }],
    ["audio_transcription", { input_cost_per_second: "0.0001" }, { seconds: 100_000_000n }],
    ["video_generation", { output_cost_per_video_per_second: "0.1" }, { seconds: 10n ** 11n }],
    ["image_generation", { output_cost_per_image: "0.04" }, { images: 4n * 10n ** 10n }],
    ["rerank", { input_cost_per_query: "0.002" }, { searches: 2n * 10n ** 9n }],
    ["chat", { input_cost_per_image: "0.04", input_cost_per_second: "1" }, {}],
  ])("prices %s by the unit that it is sold by", (mode, entry, rates) => {
    expect(readLitellm("m", { mode, ...entry }).rates).toEqual(rates);
  });

  it("prices nothing twice: seconds or pictures only where tokens are not", () => {
    const entry = {
      mode: "image_generation",
      output_cost_per_image: "0.039",
      output_cost_per_image_token: "3e-05",
    };
    expect(readLitellm("m", entry).rates).toEqual({ image_output: 30_000_000n });
  });

  it("takes the dearest of several prices of a search, and says so", () => {
    const entry = {
      mode: "chat",
      search_context_cost_per_query: { low: "0.005", medium: "0.008", high: "0.012" },
    };
    expect(readLitellm("m", entry)).toMatchObject({
      rates: { searches: 12_000_000_000n },
      unrepresented: ["lower prices of searches with a smaller context"],
    });
  });
});

describe("models.dev", () => {
  it("gives prices for a million tokens, tiers, limits and what the model can do", () => {
    const entry = {
      name: "Gemini",
      family: "gemini-pro",
      release_date: "2025-06-17",
      reasoning: true,
      tool_call: true,
      structured_output: true,
      cost: { input: "1.25", output: "10.0", tiers: [{ tier: { size: "200000" }, input: "2.5" }] },
      limit: { context: "1048576", output: "65536" },
      modalities: { input: ["text", "pdf", "smell"], output: ["text"] },
    };
    expect(readModelsDev("models.dev", "m", entry)).toMatchObject({
      name: "Gemini",
      rates: { input: 1_250_000n, output: 10_000_000n },
      tiers: [{ aboveInputTokens: 200_000, rates: { input: 2_500_000n, output: 10_000_000n } }],
      contextWindowTokens: 1_048_576,
      maxOutputTokens: 65_536,
      inputModalities: ["text", "file"],
      capabilities: ["tools", "reasoning", "json_schema"],
      family: "gemini-pro",
      deprecated: false,
    });
    expect(readModelsDev("models.dev", "m", { status: "deprecated" })).toMatchObject({
      deprecated: true,
      rates: {},
      contextWindowTokens: null,
    });
  });
});
