/** Which of several sources' prices counts, and what the others say otherwise. @module */
import type { Rates } from "../../shared/events/mod.ts";
import type { ModelKind } from "../../shared/models/mod.ts";
import { formatDecimal } from "../../shared/money/mod.ts";
import { RATE_FALLBACKS, USAGE_CLASSES, type UsageClass } from "../../shared/usage/mod.ts";
import type { SourceModel, SourceTier } from "./sources/source_model.ts";

/** Base prices that are further apart than this, in percent of the higher one, disagree. */
export const BASE_PRICE_BOUND_PERCENT = 10n;

/** What another source tells otherwise. */
export interface Difference {
  readonly what: string;
  readonly chosen: string;
  readonly other: string;
  readonly by: string;
  readonly why: string;
}

/** A price and where it comes from. */
export interface ChosenPrice {
  readonly rates: Rates;
  readonly tiers: readonly SourceTier[];
  readonly from: SourceModel;
  readonly confirmedBy: readonly string[];
  readonly differences: readonly Difference[];
  /** Classes that `from` does not price, by the source that does. */
  readonly filledFrom: Readonly<Partial<Record<UsageClass, string>>>;
  /** Why it may not be sold without a person's look; null when it may. */
  readonly held: string | null;
}

const BASE_CLASSES: Readonly<Record<ModelKind, readonly (readonly UsageClass[])[]>> = {
  chat: [["input", "output"]],
  completion: [["input", "output"]],
  realtime: [["input", "output"]],
  embedding: [["input"]],
  moderation: [["input"]],
  rerank: [["searches"], ["input"]],
  image: [["input", "image_output"], ["images"]],
  speech: [["input", "audio_output"], ["characters"]],
  transcription: [["seconds"], ["input", "output"]],
  video: [["seconds"]],
};

/** The classes that a model of this kind is sold by at least; null when its rates lack them. */
export function baseClasses(kind: ModelKind, rates: Rates): readonly UsageClass[] | null {
  return BASE_CLASSES[kind].find((classes) =>
    classes.every((one) => rateOf(rates, one) !== undefined) &&
    // Of two ways to sell a model, one that costs nothing is the one that it is not sold in.
    (BASE_CLASSES[kind].length === 1 || classes.some((one) => rateOf(rates, one) !== 0n))
  ) ?? null;
}

/** The rate of a class, by its own price or its fallback. */
function rateOf(rates: Rates, usageClass: UsageClass): bigint | undefined {
  return rates[usageClass] ?? fallbackRate(rates, usageClass);
}

/**
 * The first source, in the order of trust, that prices the model; classes that it does not price are
 * taken from sources that confirm it. Null when no source prices the model.
 */
export function choosePrice(kind: ModelKind, told: readonly SourceModel[]): ChosenPrice | null {
  const priced = told.filter(({ rates }) => baseClasses(kind, rates) !== null);
  const from = priced[0];
  if (from === undefined) return null;
  const base = baseClasses(kind, from.rates)!;
  const others = priced.slice(1);
  const agreeing = others.filter((other) => base.every((one) => agrees(from, other, one)));
  const differences = others.flatMap((other) =>
    differencesOf(from, other, agreeing.includes(other))
  );
  const rates = { ...from.rates };
  const tiers = from.tiers.map((tier) => ({ ...tier, rates: { ...tier.rates } }));
  const filled: Partial<Record<UsageClass, string>> = {};
  for (const other of agreeing) {
    for (const usageClass of USAGE_CLASSES) {
      const rate = other.rates[usageClass];
      if (rate === undefined || rates[usageClass] !== undefined) continue;
      if (!isFilled(usageClass, kind, rates)) continue;
      rates[usageClass] = rate;
      for (const tier of tiers) {
        const same = tierLike(other.tiers, tier.aboveInputTokens);
        tier.rates[usageClass] = same?.rates[usageClass] ?? rate;
      }
      filled[usageClass] = other.source;
    }
  }
  const compacted = compact(rates, tiers);
  return {
    ...compacted,
    from,
    confirmedBy: agreeing.map(({ source }) => source),
    differences,
    filledFrom: Object.fromEntries(
      Object.entries(filled).filter(([one]) => compacted.rates[one as UsageClass] !== undefined),
    ),
    held: heldBecause(kind, others, agreeing, from),
  };
}

function heldBecause(
  kind: ModelKind,
  others: readonly SourceModel[],
  agreeing: readonly SourceModel[],
  from: SourceModel,
): string | null {
  if (agreeing.length > 0) return null;
  if (others.length > 0) {
    return `base price: ${from.source} and ${others.map(({ source }) => source).join(", ")} ` +
      `are more than ${BASE_PRICE_BOUND_PERCENT} % apart`;
  }
  const free = Object.values(from.rates).every((rate) => rate === 0n);
  return free && !from.id.endsWith(":free") && kind !== "moderation"
    ? `${from.source} alone says that it is free`
    : null;
}

// Searches and request fees are one fee under two names: the source that counts names it.
function isFilled(usageClass: UsageClass, kind: ModelKind, rates: Rates): boolean {
  if (usageClass === "searches") return kind !== "rerank" && rates.requests === undefined;
  return usageClass !== "requests" && usageClass !== "seconds" && usageClass !== "images" &&
    usageClass !== "characters";
}

function agrees(one: SourceModel, other: SourceModel, usageClass: UsageClass): boolean {
  const [a, b] = [rateOf(one.rates, usageClass), rateOf(other.rates, usageClass)];
  if (a === undefined || b === undefined) return false;
  const [low, high] = a < b ? [a, b] : [b, a];
  return (high - low) * 100n <= high * BASE_PRICE_BOUND_PERCENT;
}

function differencesOf(from: SourceModel, other: SourceModel, agreeing: boolean): Difference[] {
  const why = agreeing
    ? `${from.source} goes first`
    : `${from.source} goes first; ${other.source} is too far off`;
  const found: Difference[] = [];
  for (const usageClass of USAGE_CLASSES) {
    const [a, b] = [from.rates[usageClass], other.rates[usageClass]];
    if (a === undefined || b === undefined || a === b) continue;
    found.push({ what: usageClass, chosen: usd(a), other: usd(b), by: other.source, why });
  }
  const starts = (tiers: readonly SourceTier[]) =>
    tiers.map(({ aboveInputTokens }) => aboveInputTokens).join(", ") || "none";
  if (
    from.tiers.length !== other.tiers.length ||
    from.tiers.some((tier) => tierLike(other.tiers, tier.aboveInputTokens) === undefined)
  ) {
    const [chosen, others] = [starts(from.tiers), starts(other.tiers)];
    found.push({ what: "tiers above", chosen, other: others, by: other.source, why });
  }
  for (const tier of from.tiers) {
    const same = tierLike(other.tiers, tier.aboveInputTokens);
    for (const usageClass of same === undefined ? [] : USAGE_CLASSES) {
      const [a, b] = [tier.rates[usageClass], same!.rates[usageClass]];
      if (a === undefined || b === undefined || a === b) continue;
      const what = `${usageClass} above ${tier.aboveInputTokens}`;
      found.push({ what, chosen: usd(a), other: usd(b), by: other.source, why });
    }
  }
  return found;
}

/** The tier that begins at the same length; "from" and "above" it are one token apart. */
function tierLike(tiers: readonly SourceTier[], start: number): SourceTier | undefined {
  return tiers.find(({ aboveInputTokens }) => Math.abs(aboveInputTokens - start) <= 1);
}

/** Leaves out what says nothing: a class at its fallback's rate, a tier's rate equal to the base. */
function compact(
  rates: Rates,
  tiers: readonly SourceTier[],
): { readonly rates: Rates; readonly tiers: SourceTier[] } {
  const kept: Rates = {};
  for (const usageClass of USAGE_CLASSES) {
    const says = [rates, ...tiers.map((tier) => tier.rates)]
      .some((all) => all[usageClass] !== fallbackRate(all, usageClass));
    if (says && rates[usageClass] !== undefined) kept[usageClass] = rates[usageClass];
  }
  const keptTiers: SourceTier[] = [];
  for (const { aboveInputTokens, rates: tier } of tiers) {
    const changed: Rates = {};
    for (const usageClass of USAGE_CLASSES) {
      const rate = tier[usageClass];
      if (rate === undefined || rate === kept[usageClass]) continue;
      if (kept[usageClass] === undefined && rate === fallbackRate(tier, usageClass)) continue;
      changed[usageClass] = rate;
    }
    // A tier that changes nothing still ends a lower one that does.
    if (Object.keys(changed).length > 0 || keptTiers.length > 0) {
      keptTiers.push({ aboveInputTokens, rates: changed });
    }
  }
  return { rates: kept, tiers: keptTiers };
}

function fallbackRate(rates: Rates, usageClass: UsageClass): bigint | undefined {
  for (let at = RATE_FALLBACKS[usageClass]; at !== null; at = RATE_FALLBACKS[at]) {
    if (rates[at] !== undefined) return rates[at];
  }
  return undefined;
}

/** Picodollars a unit as dollars for a million units. */
export function usd(picoUsd: bigint): string {
  return formatDecimal(picoUsd, 6);
}
