/** A model as one source of price data tells it. @module */
import type { Rates } from "../../../shared/events/mod.ts";
import type { ModelKind } from "../../../shared/models/mod.ts";
import type { UsageClass } from "../../../shared/usage/mod.ts";
import { picoUsdPerUnit } from "../exact_rate.ts";

/** Where facts come from, in the order in which prices are believed. */
export const SOURCES = ["genai-prices", "litellm", "models.dev", "tokenlens"] as const;

/** One of {@link SOURCES}. */
export type SourceName = (typeof SOURCES)[number];

/** What a model takes or gives. */
export type Modality = "text" | "image" | "audio" | "video" | "file";

/** Rates above a number of input tokens; each tier is complete by itself. */
export interface SourceTier {
  readonly aboveInputTokens: number;
  readonly rates: Rates;
}

/** A model as a source tells it; null or empty: the source does not say. */
export interface SourceModel {
  readonly source: SourceName;
  /** The name that its provider's API takes. */
  readonly id: string;
  readonly name: string | null;
  readonly kind: ModelKind | null;
  /** Picodollars per unit. */
  readonly rates: Rates;
  /** Ascending. */
  readonly tiers: readonly SourceTier[];
  /** Prices that the source tells and that no usage class carries exactly, in words. */
  readonly unrepresented: readonly string[];
  readonly contextWindowTokens: number | null;
  readonly maxOutputTokens: number | null;
  readonly inputModalities: readonly Modality[];
  readonly outputModalities: readonly Modality[];
  readonly capabilities: readonly string[];
  /** The day from which it is deprecated, YYYY-MM-DD. */
  readonly deprecatedOn: string | null;
  /** Deprecated, by a source that tells no day. */
  readonly deprecated: boolean;
  /** The line of models that it belongs to, such as `claude-sonnet`. */
  readonly family: string | null;
  /** YYYY-MM-DD. */
  readonly releasedOn: string | null;
}

/** Collects a source's prices; what is not exact or has no class is kept in words. */
export class RateReading {
  readonly rates: Rates = {};
  readonly unrepresented: string[] = [];

  /** Notes a price of `usdText` dollars for `perUnits` units; the first price of a class stays. */
  note(usageClass: UsageClass, name: string, usdText: string, perUnits: bigint): void {
    const rate = picoUsdPerUnit(usdText, perUnits);
    if (rate === null) this.unrepresented.push(`${name} ${usdText} is no whole picodollar`);
    else this.rates[usageClass] ??= rate;
  }

  /** Notes a price that no usage class stands for. */
  leave(name: string, usdText: string): void {
    if (/[1-9]/.test(usdText)) this.unrepresented.push(`${name} ${usdText}`);
  }
}

/** A whole number of tokens of at least 1, or null. */
export function tokensOf(value: unknown): number | null {
  const count = typeof value === "string" || typeof value === "number" ? Number(value) : NaN;
  return Number.isSafeInteger(count) && count > 0 ? count : null;
}

const MODALITIES: Readonly<Record<string, Modality>> = {
  text: "text",
  image: "image",
  audio: "audio",
  video: "video",
  pdf: "file",
  file: "file",
};

/** The modalities that a list names, without repetition; names that are not known are left out. */
export function modalitiesOf(list: unknown): Modality[] {
  if (!Array.isArray(list)) return [];
  const found = list.flatMap((one) => typeof one === "string" ? MODALITIES[one] ?? [] : []);
  return [...new Set(found)];
}
