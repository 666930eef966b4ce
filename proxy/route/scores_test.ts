import { describe, expect, it } from "vitest";
import { autoWeights, BALANCED, costOf, estimatedQuality, scoreOf, speedOf } from "./scores.ts";
import { model, SHORT_CHAT } from "./testing.ts";

const figures = { costPicoUsd: 1_000_000_000n, quality: 5, speed: 4, latencyMs: null };

describe("the figures that targets are compared by", () => {
  it("balanced is quality × 2 + speed − log10(cost) × 2", () => {
    expect(scoreOf(figures, BALANCED)).toBeCloseTo(5 * 2 + 4 + 3 * 2, 9);
    expect(scoreOf({ ...figures, costPicoUsd: 10_000_000_000n }, BALANCED)).toBeCloseTo(18, 9);
  });

  it("what is free counts as a millionth of a dollar, and an unknown cost as a dollar", () => {
    expect(scoreOf({ ...figures, costPicoUsd: 0n }, BALANCED)).toBeCloseTo(14 + 12, 9);
    expect(scoreOf({ ...figures, costPicoUsd: null }, BALANCED)).toBeCloseTo(14, 9);
  });

  it("speed is 10 at 200 ms and 2 less with each doubling", () => {
    expect([0, 200, 400, 3_200, 60_000, null].map(speedOf)).toEqual([10, 10, 8, 2, 0, 5]);
  });

  it("a cost has the input, an output of at most 512 tokens unless a limit is named, and units", () => {
    const rates = { input: 10n, output: 1_000n, requests: 7n, images: 500n };
    const one = model("m", { ratesPicoUsdPerUnit: rates, maxOutputTokens: 2_000 });
    expect(costOf(one, SHORT_CHAT)).toBe(1_000n + 512_000n + 7n);
    expect(costOf(one, { ...SHORT_CHAT, outputTokens: 9_999, units: { images: 2 } }))
      .toBe(1_000n + 2_000_000n + 7n + 1_000n);
    expect(costOf(model("m", { ratesPicoUsdPerUnit: {} }), SHORT_CHAT)).toBeNull();
  });

  it("a cost is that of the highest tier that the input exceeds", () => {
    const tiers = [
      { aboveInputTokens: 99, ratesPicoUsdPerUnit: { input: 20n } },
      { aboveInputTokens: 100, ratesPicoUsdPerUnit: { input: 30n } },
    ];
    const tiered = model("m", { ratesPicoUsdPerUnit: { input: 10n, output: 0n }, tiers });
    const at = (inputTokens: number) => costOf(tiered, { ...SHORT_CHAT, inputTokens });
    expect([at(99), at(100), at(101)]).toEqual([990n, 2_000n, 3_030n]);
  });

  it("an estimate of quality grows with capabilities and price, from 0 to 10", () => {
    const of = (output: bigint, capabilities: string[]) =>
      estimatedQuality(model("m", { ratesPicoUsdPerUnit: { output }, capabilities }));
    expect(of(10_000_000n, [])).toBeGreaterThan(of(1_000_000n, []));
    expect(of(1_000_000n, ["tools"])).toBeGreaterThan(of(1_000_000n, []));
    expect(of(1_000_000n, ["reasoning", "tools"])).toBeGreaterThan(of(1_000_000n, ["tools"]));
    expect(of(2n ** 62n, ["reasoning", "tools", "vision"])).toBe(10);
    expect(of(0n, [])).toBeGreaterThanOrEqual(0);
  });

  it("auto leans towards quality for demanding calls, else towards speed for streams", () => {
    const weights = (needs: object) => autoWeights({ ...SHORT_CHAT, ...needs }).weights;
    expect(weights({})).toEqual(BALANCED);
    expect(weights({ streaming: true }).speed).toBe(2);
    expect(weights({ streaming: true, capabilities: ["tools"] })).toEqual({
      ...BALANCED,
      quality: 4,
    });
    expect(weights({ inputTokens: 8_001 }).quality).toBe(4);
    expect(weights({ inputModalities: ["text", "audio"] }).quality).toBe(4);
  });
});
