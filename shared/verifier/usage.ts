/** What usage costs under pinned terms, after the rules of docs/ledger-format.md. @module */
import type { JsonMembers } from "./canonical.ts";
import { count, ordinal } from "./lines_of_export.ts";
import { amountOf, integerOf, mapOf, membersOf, unsigned, withMembers } from "./payload.ts";

/** Each class of usage, and the class whose rate stands in for a missing one of its own. */
const STANDS_IN: Readonly<Record<string, string | null>> = {
  input: null,
  cached_input: "input",
  cache_write_5m: "input",
  cache_write_1h: "cache_write_5m",
  output: null,
  reasoning: "output",
  audio_input: "input",
  audio_output: "output",
  image_input: "input",
  image_output: "output",
  characters: null,
  seconds: null,
  images: null,
  requests: null,
  searches: null,
};

const CLASSES = Object.keys(STANDS_IN);
const INPUT_SIDE = CLASSES.slice(0, 4).concat("audio_input", "image_input");
const OUTPUT_SIDE = ["output", "reasoning", "audio_output", "image_output"];
const classNames = new Set(CLASSES);

/** Units by class. */
export const usageKind = mapOf(classNames, count);
/** Picodollars per unit by class. */
export const ratesKind = mapOf(classNames, unsigned);
/** The terms that a hold pins. */
export const pricingKind = withMembers({
  priceVersion: ordinal,
  ratesPicoUsdPerUnit: ratesKind,
  markupVersion: ordinal,
  markupPartsPerMillion: count,
  fxVersion: ordinal,
  fxMicroKyat: unsigned,
  fxNanoUsd: (value) => unsigned(value) && value !== "0",
});

/** Pinned terms, ready to compute with. */
export interface Terms {
  readonly priceVersion: number;
  readonly markupVersion: number;
  readonly fxVersion: number;
  readonly rates: ReadonlyMap<string, bigint>;
  /** Microkyat for a picodollar: the numerator and the denominator of an exact ratio. */
  readonly numerator: bigint;
  readonly denominator: bigint;
  readonly dearestInput: bigint;
  readonly dearestOutput: bigint;
}

/** Reads pinned terms whose kind was checked. */
export function termsOf(pricing: JsonMembers): Terms {
  const priced = membersOf(pricing, "ratesPicoUsdPerUnit");
  const rates = new Map<string, bigint>();
  for (const name of CLASSES) {
    let from: string | null = name;
    while (from !== null && !Object.hasOwn(priced, from)) from = STANDS_IN[from] ?? null;
    if (from !== null) rates.set(name, amountOf(priced, from));
  }
  const dearest = (side: readonly string[]) =>
    side.reduce((most, name) => larger(most, rates.get(name) ?? 0n), 0n);
  const markup = BigInt(integerOf(pricing, "markupPartsPerMillion"));
  return {
    priceVersion: integerOf(pricing, "priceVersion"),
    markupVersion: integerOf(pricing, "markupVersion"),
    fxVersion: integerOf(pricing, "fxVersion"),
    rates,
    numerator: (1_000_000n + markup) * amountOf(pricing, "fxMicroKyat"),
    // Parts per million, and a thousand picodollars in a nanodollar.
    denominator: 1_000_000_000n * amountOf(pricing, "fxNanoUsd"),
    dearestInput: dearest(INPUT_SIDE),
    dearestOutput: dearest(OUTPUT_SIDE),
  };
}

/** What usage costs the platform and the customer. */
export interface Price {
  readonly chargeMicroKyat: bigint;
  readonly costNanoUsd: bigint;
}

/** The price of usage whose kind was checked. */
export function priceOf(usage: JsonMembers, terms: Terms): Price {
  let picoUsd = 0n;
  for (const name in usage) {
    const rate = terms.rates.get(name);
    if (rate !== undefined) picoUsd += BigInt(integerOf(usage, name)) * rate;
  }
  return {
    chargeMicroKyat: inMicroKyat(picoUsd, terms),
    costNanoUsd: halfUp(picoUsd, 1_000n),
  };
}

/** What a hold over these tokens must be: no call within them costs more. */
export function holdOf(
  tokens: { readonly input: number; readonly output: number },
  terms: Terms,
): bigint {
  const picoUsd = BigInt(tokens.input) * terms.dearestInput +
    BigInt(tokens.output) * terms.dearestOutput + (terms.rates.get("requests") ?? 0n);
  return inMicroKyat(picoUsd, terms);
}

/** The first class of which `after` has less than `before`, or null. */
export function decreased(before: JsonMembers, after: JsonMembers): string | null {
  for (const name in before) {
    if (((after[name] ?? 0) as number) < integerOf(before, name)) return name;
  }
  return null;
}

/** Whether two usages have the same units in every class. */
export function sameUsage(one: JsonMembers, other: JsonMembers): boolean {
  return decreased(one, other) === null && decreased(other, one) === null;
}

function inMicroKyat(picoUsd: bigint, { numerator, denominator }: Terms): bigint {
  return halfUp(picoUsd * numerator, denominator);
}

function halfUp(numerator: bigint, denominator: bigint): bigint {
  const whole = numerator / denominator;
  return 2n * (numerator % denominator) >= denominator ? whole + 1n : whole;
}

function larger(one: bigint, other: bigint): bigint {
  return one > other ? one : other;
}
