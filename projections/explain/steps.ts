/**
 * The way from usage to a charge, each step with its numbers. It is worked out here step by step and
 * apart from the ledger's own arithmetic, so that one can be held against the other.
 *
 * @module
 */
import type { PinnedPricing, Rates } from "../../shared/events/mod.ts";
import {
  RATE_FALLBACKS,
  type Usage,
  USAGE_CLASSES,
  type UsageClass,
} from "../../shared/usage/mod.ts";

/** The terms that a charge follows from. */
export type Terms = Pick<
  PinnedPricing,
  "ratesPicoUsdPerUnit" | "markupPartsPerMillion" | "fxMicroKyat" | "fxNanoUsd"
>;

const ONE_IN_PARTS_PER_MILLION = 1_000_000n;
const PICO_USD_PER_NANO_USD = 1_000n;
const ATTO_USD_PER_NANO_USD = 1_000_000_000n;

/** The steps in the order of `explanationStepSchema`, and where they lead. */
export function stepsOf(usage: Usage, terms: Terms) {
  const classes = USAGE_CLASSES.flatMap((usageClass) => {
    const units = usage[usageClass] ?? 0;
    return units === 0 ? [] : [classStep(usageClass, units, terms.ratesPicoUsdPerUnit)];
  });
  const picoUsd = classes.reduce((sum, step) => sum + step.picoUsd, 0n);
  const costNanoUsd = halfUp(picoUsd, PICO_USD_PER_NANO_USD).rounded;
  const { markupPartsPerMillion, fxMicroKyat, fxNanoUsd } = terms;
  const attoUsd = picoUsd * (ONE_IN_PARTS_PER_MILLION + BigInt(markupPartsPerMillion));
  const numerator = attoUsd * fxMicroKyat;
  const denominator = ATTO_USD_PER_NANO_USD * fxNanoUsd;
  const { whole, remainder, rounded } = halfUp(numerator, denominator);
  const steps = [
    ...classes,
    { kind: "cost" as const, picoUsd, costNanoUsd },
    { kind: "markup" as const, picoUsd, markupPartsPerMillion, attoUsd },
    { kind: "fx" as const, attoUsd, fxMicroKyat, fxNanoUsd, numerator, denominator },
    {
      kind: "rounding" as const,
      wholeMicroKyat: whole,
      remainder,
      denominator,
      roundedUp: rounded > whole,
      chargeMicroKyat: rounded,
    },
  ];
  return { steps, chargeMicroKyat: rounded, costNanoUsd };
}

/** One of the steps of {@link stepsOf}. */
export type Step = ReturnType<typeof stepsOf>["steps"][number];

function classStep(usageClass: UsageClass, units: number, rates: Rates) {
  const ratedAs = lenderOf(usageClass, rates);
  const ratePicoUsdPerUnit = ratedAs === null ? 0n : rates[ratedAs] ?? 0n;
  const picoUsd = BigInt(units) * ratePicoUsdPerUnit;
  return { kind: "class" as const, usageClass, units, ratedAs, ratePicoUsdPerUnit, picoUsd };
}

/** The class whose rate applies: the class itself, or the nearest that lends it one. */
function lenderOf(usageClass: UsageClass, rates: Rates): UsageClass | null {
  if (rates[usageClass] !== undefined) return usageClass;
  const next = RATE_FALLBACKS[usageClass];
  return next === null ? null : lenderOf(next, rates);
}

function halfUp(numerator: bigint, denominator: bigint) {
  const whole = numerator / denominator;
  const remainder = numerator - whole * denominator;
  const rounded = 2n * remainder >= denominator ? whole + 1n : whole;
  return { whole, remainder, rounded };
}
