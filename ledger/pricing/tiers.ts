/** Which rates a call is priced at when they depend on how long its input is. @module */
import type { PinnedPricing, Rates } from "../../shared/events/mod.ts";
import { INPUT_SIDE, type Usage } from "../../shared/usage/mod.ts";

/** The tokens on the input side of a call: what its tier is chosen by. */
export function inputSideTokens(usage: Usage): number {
  let tokens = 0;
  for (const usageClass of INPUT_SIDE) tokens += usage[usageClass] ?? 0;
  return tokens;
}

/**
 * The rates of a call with so many tokens on its input side: those of the highest tier that they
 * exceed, and the base rates of the classes that it does not name.
 */
export function ratesAt(inputTokens: number, pricing: PinnedPricing): Rates {
  const tier = pricing.tiers?.findLast(({ aboveInputTokens }) => inputTokens > aboveInputTokens);
  return tier === undefined
    ? pricing.ratesPicoUsdPerUnit
    : { ...pricing.ratesPicoUsdPerUnit, ...tier.ratesPicoUsdPerUnit };
}

/** Rates, and the most input-side tokens that a call at these rates has. */
export interface RateSpan {
  readonly rates: Rates;
  readonly inputTokens: number;
}

/** Every set of rates that a call of at most `inputTokens` can be priced at, shortest call first. */
export function rateSpans(inputTokens: number, pricing: PinnedPricing): readonly RateSpan[] {
  const { tiers } = pricing;
  if (tiers === undefined) return [{ rates: pricing.ratesPicoUsdPerUnit, inputTokens }];
  const reached = tiers.map(({ aboveInputTokens }) => aboveInputTokens)
    .filter((above) => above < inputTokens);
  return [...reached, inputTokens].map((most) => ({
    rates: ratesAt(most, pricing),
    inputTokens: most,
  }));
}
