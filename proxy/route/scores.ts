/**
 * Figures that targets are compared by: estimates for the order of trying, never a price.
 *
 * @module
 */
import { type Usage, USAGE_CLASSES } from "../../shared/usage/mod.ts";
import type { CallNeeds, RoutableModel } from "./parts.ts";

/** What a target is compared by. */
export interface Figures {
  /** Estimated cost of the call in picodollars; null without rates. */
  readonly costPicoUsd: bigint | null;
  /** 0 to 10. */
  readonly quality: number;
  /** 0 to 10. */
  readonly speed: number;
  /** Median time to the first byte in milliseconds; null when not known. */
  readonly latencyMs: number | null;
}

const USUAL_OUTPUT_TOKENS = 512;
const PICO_USD_PER_USD = 1e12;
/** A cost below this counts as this: free is not infinitely good. */
const LEAST_COST_USD = 1e-6;
const UNKNOWN_SPEED = 5;
const FASTEST_MS = 200;

/**
 * The estimated cost of a call: its input, its output limit or 512 tokens if that is less, its
 * units and the request itself, at the rates of the tier that its input reaches.
 */
export function costOf(model: RoutableModel, needs: CallNeeds): bigint | null {
  const outputTokens = Math.min(needs.outputTokens ?? USUAL_OUTPUT_TOKENS, model.maxOutputTokens);
  const usage: Usage = {
    ...needs.units,
    input: needs.inputTokens,
    output: outputTokens,
    requests: 1,
  };
  const tier = model.tiers?.findLast(({ aboveInputTokens }) =>
    needs.inputTokens > aboveInputTokens
  );
  const rates = { ...model.ratesPicoUsdPerUnit, ...tier?.ratesPicoUsdPerUnit };
  let cost: bigint | null = null;
  for (const usageClass of USAGE_CLASSES) {
    const rate = rates[usageClass];
    if (rate === undefined) continue;
    cost = (cost ?? 0n) + BigInt(Math.ceil(usage[usageClass] ?? 0)) * rate;
  }
  return cost;
}

/** 10 at 200 ms to the first byte, 2 less with each doubling, 5 when it is not known. */
export function speedOf(latencyMs: number | null): number {
  if (latencyMs === null) return UNKNOWN_SPEED;
  return within(10 - 2 * Math.log2(Math.max(1, latencyMs) / FASTEST_MS));
}

/**
 * An estimate of a model's quality, 0 to 10, where nobody has set one: dearer output, reasoning,
 * tools, vision and a long window speak for it. It is a guess and is called so in the reasons.
 */
export function estimatedQuality(model: RoutableModel): number {
  const { output } = model.ratesPicoUsdPerUnit;
  const usdPerMillion = output === undefined ? 0 : Number(output) / 1e6;
  const has = (capability: string) => model.capabilities?.includes(capability) ?? false;
  return within(
    4 + Math.log10(Math.max(0.03, usdPerMillion)) +
      (has("reasoning") ? 1.5 : 0) + (has("tools") ? 1 : 0) +
      (has("vision") ? 0.5 : 0) + (model.contextWindowTokens >= 100_000 ? 0.5 : 0),
  );
}

/** How much each figure weighs. */
export interface Weights {
  readonly quality: number;
  readonly speed: number;
  readonly cost: number;
}

/** The weights of `balanced`: quality × 2 + speed − log10(cost) × 2. */
export const BALANCED: Weights = { quality: 2, speed: 1, cost: 2 };

/** The weighted sum; the cost counts in US dollars, at least one millionth, an unknown one as 1. */
export function scoreOf({ quality, speed, costPicoUsd }: Figures, weights: Weights): number {
  const usd = costPicoUsd === null ? 1 : Number(costPicoUsd) / PICO_USD_PER_USD;
  const cost = Math.log10(Math.max(LEAST_COST_USD, usd));
  return quality * weights.quality + speed * weights.speed - cost * weights.cost;
}

const DEMANDING_TOKENS = 8_000;
const DEMANDING = ["tools", "json_schema", "reasoning", "vision"];

/**
 * The weights of `auto` for a call: quality counts twice as much where the call asks for tools, a
 * schema, reasoning, more than text, or is long; else speed does where it streams.
 */
export function autoWeights(needs: CallNeeds): { weights: Weights; because: string } {
  const demanded = needs.capabilities.find((one) => DEMANDING.includes(one)) ??
    needs.inputModalities.find((one) => one !== "text") ??
    (needs.inputTokens > DEMANDING_TOKENS ? "a long input" : undefined);
  if (demanded !== undefined) {
    return { weights: { ...BALANCED, quality: 4 }, because: `quality first for ${demanded}` };
  }
  if (needs.streaming) {
    return { weights: { ...BALANCED, speed: 2 }, because: "speed first for a stream" };
  }
  return { weights: BALANCED, because: "balanced" };
}

function within(figure: number): number {
  return Math.min(10, Math.max(0, figure));
}
