/** What usage costs under pinned terms, after the rules of docs/ledger-format.md. @module */
import type { JsonMembers } from "./canonical.ts";
import { count, type Kind, ordinal } from "./lines_of_export.ts";
import {
  amountOf,
  integerOf,
  listOfKind,
  mapOf,
  membersOf,
  optional,
  unsigned,
  withMembers,
} from "./payload.ts";

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
const UNITS = ["characters", "seconds", "images", "requests", "searches"];
const classNames = new Set(CLASSES);

/** Units by class. */
export const usageKind = mapOf(classNames, count);
/** Picodollars per unit by class. */
export const ratesKind = mapOf(classNames, unsigned);
/** A bound on the units that are not tokens, by class. */
export const unitsKind = mapOf(new Set(UNITS), count);
/** A list of classes. */
export const classesKind = listOfKind((value) =>
  typeof value === "string" && classNames.has(value)
);
const isTiers = listOfKind(withMembers({
  aboveInputTokens: ordinal,
  ratesPicoUsdPerUnit: ratesKind,
}));
/** Rates for long calls, by how long, ascending. */
export const tiersKind: Kind = (value) =>
  isTiers(value) &&
  (value as readonly JsonMembers[]).every((tier, at, all) =>
    at === 0 || integerOf(all[at - 1]!, "aboveInputTokens") < integerOf(tier, "aboveInputTokens")
  );
/** The terms that a hold pins. */
export const pricingKind = withMembers({
  priceVersion: ordinal,
  ratesPicoUsdPerUnit: ratesKind,
  markupVersion: ordinal,
  markupPartsPerMillion: count,
  fxVersion: ordinal,
  fxMicroKyat: unsigned,
  fxNanoUsd: (value) => unsigned(value) && value !== "0",
  tiers: optional(tiersKind),
});

/** The rates of calls whose input side has more than so many tokens, up to the next step. */
interface Step {
  readonly above: number;
  readonly rates: ReadonlyMap<string, bigint>;
  readonly dearestInput: bigint;
  readonly dearestOutput: bigint;
}

/** Pinned terms, ready to compute with. */
export interface Terms {
  /** The base rates, then those of each tier. */
  readonly steps: readonly [Step, ...Step[]];
  /** Microkyat for a picodollar: the numerator and the denominator of an exact ratio. */
  readonly numerator: bigint;
  readonly denominator: bigint;
  /** The same without the markup, as fees are priced. */
  readonly plainNumerator: bigint;
}

/** Reads pinned terms whose kind was checked. */
export function termsOf(pricing: JsonMembers): Terms {
  const base = membersOf(pricing, "ratesPicoUsdPerUnit");
  const tiers = (pricing["tiers"] ?? []) as readonly JsonMembers[];
  const markup = BigInt(integerOf(pricing, "markupPartsPerMillion"));
  const fxMicroKyat = amountOf(pricing, "fxMicroKyat");
  return {
    steps: [
      stepOf(-1, base),
      ...tiers.map((tier) => {
        const rates = { ...base, ...membersOf(tier, "ratesPicoUsdPerUnit") };
        return stepOf(integerOf(tier, "aboveInputTokens"), rates);
      }),
    ],
    numerator: (1_000_000n + markup) * fxMicroKyat,
    // Parts per million, and a thousand picodollars in a nanodollar.
    denominator: 1_000_000_000n * amountOf(pricing, "fxNanoUsd"),
    plainNumerator: 1_000_000n * fxMicroKyat,
  };
}

function stepOf(above: number, priced: JsonMembers): Step {
  const rates = new Map<string, bigint>();
  for (const name of CLASSES) {
    let from: string | null = name;
    while (from !== null && !Object.hasOwn(priced, from)) from = STANDS_IN[from] ?? null;
    if (from !== null) rates.set(name, amountOf(priced, from));
  }
  return {
    above,
    rates,
    dearestInput: dearestOf(INPUT_SIDE, rates),
    dearestOutput: dearestOf(OUTPUT_SIDE, rates),
  };
}

function dearestOf(classes: readonly string[], rates: ReadonlyMap<string, bigint>): bigint {
  return classes.reduce((most, name) => larger(most, rates.get(name) ?? 0n), 0n);
}

/** What usage costs the platform and the customer. */
export interface Price {
  readonly chargeMicroKyat: bigint;
  readonly costNanoUsd: bigint;
}

/** The price of usage whose kind was checked. */
export function priceOf(usage: JsonMembers, terms: Terms): Price {
  const { rates } = terms.steps.length === 1 ? terms.steps[0] : stepFor(usage, terms);
  let picoUsd = 0n;
  for (const name in usage) {
    const rate = rates.get(name);
    if (rate !== undefined) picoUsd += BigInt(integerOf(usage, name)) * rate;
  }
  return {
    chargeMicroKyat: inMicroKyat(picoUsd, terms),
    costNanoUsd: halfUp(picoUsd, 1_000n),
  };
}

function stepFor(usage: JsonMembers, { steps }: Terms): Step {
  let tokens = 0;
  for (const name of INPUT_SIDE) tokens += (usage[name] ?? 0) as number;
  return steps.findLast(({ above }) => tokens > above)!;
}

/** What a call cannot exceed: tokens of both sides, and units of the other classes. */
export interface Bounds {
  readonly input: number;
  readonly output: number;
  readonly units: JsonMembers;
  /** The classes of tokens that can occur; null: any. */
  readonly classes: readonly string[] | null;
}

/** What a hold over these bounds must be: no call within them costs more. */
export function holdOf(bounds: Bounds, terms: Terms): bigint {
  let dearest = 0n;
  terms.steps.forEach((step, at) => {
    if (at > 0 && bounds.input <= step.above) return;
    const longest = Math.min(bounds.input, terms.steps[at + 1]?.above ?? bounds.input);
    let picoUsd = BigInt(longest) * sideRate("input", step, bounds) +
      BigInt(bounds.output) * sideRate("output", step, bounds);
    for (const name of UNITS) {
      const units = (bounds.units[name] ?? (name === "requests" ? 1 : 0)) as number;
      picoUsd += BigInt(units) * (step.rates.get(name) ?? 0n);
    }
    dearest = larger(dearest, picoUsd);
  });
  return inMicroKyat(dearest, terms);
}

function sideRate(side: "input" | "output", step: Step, { classes }: Bounds): bigint {
  if (classes === null) return side === "input" ? step.dearestInput : step.dearestOutput;
  const all = side === "input" ? INPUT_SIDE : OUTPUT_SIDE;
  return dearestOf(all.filter((name) => classes.includes(name)), step.rates);
}

/** A fee in microkyat: no markup comes on top. */
export function feeOf(picoUsd: bigint, { plainNumerator, denominator }: Terms): bigint {
  return halfUp(picoUsd * plainNumerator, denominator);
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
