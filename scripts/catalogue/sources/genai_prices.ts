/** Reads prices from the package `@pydantic/genai-prices`. @module */
import { findProvider, type MatchLogic, type ModelInfo } from "@pydantic/genai-prices";
import type { UsageClass } from "../../../shared/usage/mod.ts";
import { RateReading, type SourceModel, type SourceTier, tokensOf } from "./source_model.ts";

/** A price of the package: one number, or a base and what it becomes above a number of tokens. */
type PackagedPrice = number | {
  readonly base: number;
  readonly tiers: readonly { readonly start: number; readonly price: number }[];
};

const MILLION = 1_000_000n;
const CLASSES: Readonly<Record<string, readonly [UsageClass, bigint]>> = {
  input_mtok: ["input", MILLION],
  output_mtok: ["output", MILLION],
  cache_read_mtok: ["cached_input", MILLION],
  cache_write_5m_mtok: ["cache_write_5m", MILLION],
  cache_write_mtok: ["cache_write_5m", MILLION],
  cache_write_1h_mtok: ["cache_write_1h", MILLION],
  output_reasoning_mtok: ["reasoning", MILLION],
  input_audio_mtok: ["audio_input", MILLION],
  output_audio_mtok: ["audio_output", MILLION],
  input_image_mtok: ["image_input", MILLION],
  output_image_mtok: ["image_output", MILLION],
  input_mchars: ["characters", MILLION],
  audio_hours: ["seconds", 3_600n],
  input_audio_hours: ["seconds", 3_600n],
  requests_kcount: ["requests", 1_000n],
  web_searches_kcount: ["searches", 1_000n],
};

/** The models of one provider of the package, each found by the name that an API takes. */
export interface GenaiPrices {
  /** The names that stand for themselves, not only for a pattern. */
  readonly ids: readonly string[];
  /** The first model whose pattern takes the name; null when there is none. */
  find(id: string): SourceModel | null;
}

/**
 * The provider's prices in force on `day` (YYYY-MM-DD), each name with `idPrefix` where the package
 * knows it by that alone. A price that depends on the hour is taken at
 * its dearest, so that no call is sold below its cost; the model's record says so. Throws Error when
 * the package does not know the provider.
 */
export function readGenaiPrices(providerId: string, day: string, idPrefix = ""): GenaiPrices {
  const provider = findProvider({ providerId });
  if (provider?.id !== providerId) throw new Error(`genai-prices knows no provider ${providerId}`);
  const { models } = provider;
  const owner = (id: string) => models.find((model) => matches(model.match, id.toLowerCase()));
  return {
    ids: models.flatMap((model) =>
      [`${idPrefix}${model.id}`, model.id].find((id) => owner(id) === model) ?? []
    ),
    find(id) {
      const model = owner(id);
      return model === undefined ? null : sourceModel(model, id, day);
    },
  };
}

function sourceModel(model: ModelInfo, id: string, day: string): SourceModel {
  const { prices, dependsOnHour } = pricesInForce(model, day);
  const base = readRates(prices, null);
  const starts = new Set<number>();
  for (const price of Object.values(prices)) {
    if (typeof price === "object") { for (const { start } of price.tiers) starts.add(start); }
  }
  const tiers: SourceTier[] = [...starts].sort((a, b) => a - b).map((start) => {
    const { rates, unrepresented } = readRates(prices, start);
    base.unrepresented.push(...unrepresented.filter((one) => one.includes("picodollar")));
    return { aboveInputTokens: start, rates };
  });
  if (dependsOnHour) base.unrepresented.push("a lower price at some hours of the day");
  return {
    source: "genai-prices",
    id,
    name: model.id === id ? model.name ?? null : null,
    kind: null,
    rates: base.rates,
    tiers,
    unrepresented: base.unrepresented,
    contextWindowTokens: tokensOf(model.context_window),
    maxOutputTokens: null,
    inputModalities: [],
    outputModalities: [],
    capabilities: [],
    deprecatedOn: null,
    deprecated: model.deprecated === true,
    family: null,
    releasedOn: null,
  };
}

type Prices = Readonly<Record<string, PackagedPrice>>;

function pricesInForce(
  model: ModelInfo,
  day: string,
): { readonly prices: Prices; readonly dependsOnHour: boolean } {
  if (!Array.isArray(model.prices)) {
    return { prices: model.prices as Prices, dependsOnHour: false };
  }
  const dated = model.prices.filter(({ constraint }) =>
    constraint === undefined || !("start_date" in constraint) || constraint.start_date <= day
  );
  const hourly = dated.filter(({ constraint }) => constraint && "start_time" in constraint);
  if (hourly.length === 0) {
    return { prices: (dated.at(-1)?.prices ?? {}) as Prices, dependsOnHour: false };
  }
  const dearest = dated.map(({ prices }) => prices as Prices).reduce((most, prices) =>
    baseOf(prices.input_mtok) > baseOf(most.input_mtok) ? prices : most
  );
  return { prices: dearest, dependsOnHour: true };
}

function baseOf(price: PackagedPrice | undefined): number {
  return typeof price === "object" ? price.base : price ?? 0;
}

/** The base rates for `start` null, else those of a call whose input exceeds `start` tokens. */
function readRates(prices: Prices, start: number | null): RateReading {
  const reading = new RateReading();
  for (const [name, price] of Object.entries(prices)) {
    if (price === undefined) continue;
    // The shortest text that means the number is the one that the data was written with.
    const text = String(start === null ? baseOf(price) : priceAbove(price, start));
    const [usageClass, perUnits] = CLASSES[name] ?? [];
    if (usageClass === undefined || perUnits === undefined) reading.leave(name, text);
    else reading.note(usageClass, name, text, perUnits);
  }
  return reading;
}

function priceAbove(price: PackagedPrice, start: number): number {
  if (typeof price === "number") return price;
  let found = price.base;
  for (const tier of price.tiers) if (tier.start <= start) found = tier.price;
  return found;
}

/** Whether a pattern of the package takes a name in lower case. */
export function matches(match: MatchLogic, id: string): boolean {
  if ("or" in match) return match.or.some((one) => matches(one, id));
  if ("and" in match) return match.and.every((one) => matches(one, id));
  if ("equals" in match) return id === match.equals.toLowerCase();
  if ("starts_with" in match) return id.startsWith(match.starts_with.toLowerCase());
  if ("ends_with" in match) return id.endsWith(match.ends_with.toLowerCase());
  if ("contains" in match) return id.includes(match.contains.toLowerCase());
  return new RegExp(match.regex, "i").test(id);
}
