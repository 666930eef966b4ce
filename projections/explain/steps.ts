/**
 * The way from usage to a charge, each step with its numbers. It is worked out here step by step and
 * apart from the ledger's own arithmetic, so that one can be held against the other.
 *
 * @module
 */
import type { PinnedPricing, Rates } from "../../shared/events/mod.ts";
import {
  INPUT_SIDE,
  RATE_FALLBACKS,
  type Usage,
  USAGE_CLASSES,
  type UsageClass,
} from "../../shared/usage/mod.ts";

/** The terms that a charge follows from. */
export type Terms = Pick<
  PinnedPricing,
  "ratesPicoUsdPerUnit" | "tiers" | "markupPartsPerMillion" | "fxMicroKyat" | "fxNanoUsd"
>;

const ONE_IN_PARTS_PER_MILLION = 1_000_000n;
const PICO_USD_PER_NANO_USD = 1_000n;
const ATTO_USD_PER_NANO_USD = 1_000_000_000n;

/** The steps in the order of `explanationStepSchema`, and where they lead. */
export function stepsOf(usage: Usage, terms: Terms) {
  const { step: tier, rates } = tierOf(usage, terms);
  const classes = USAGE_CLASSES.flatMap((usageClass) => {
    const units = usage[usageClass] ?? 0;
    return units === 0 ? [] : [classStep(usageClass, units, rates)];
  });
  const picoUsd = classes.reduce((sum, step) => sum + step.picoUsd, 0n);
  const costNanoUsd = halfUp(picoUsd, PICO_USD_PER_NANO_USD).rounded;
  const { markupPartsPerMillion } = terms;
  const attoUsd = picoUsd * (ONE_IN_PARTS_PER_MILLION + BigInt(markupPartsPerMillion));
  const { steps, chargeMicroKyat } = inKyat(attoUsd, terms);
  return {
    steps: [
      ...(tier === null ? [] : [tier]),
      ...classes,
      { kind: "cost" as const, picoUsd, costNanoUsd },
      { kind: "markup" as const, picoUsd, markupPartsPerMillion, attoUsd },
      ...steps,
    ],
    chargeMicroKyat,
    costNanoUsd,
  };
}

/** The steps of a call with the customer's own key, which costs its fee and us nothing. */
export function feeStepsOf(
  { feeVersion, picoUsdPerRequest: picoUsd }: {
    readonly feeVersion: number;
    readonly picoUsdPerRequest: bigint;
  },
  terms: Terms,
) {
  const attoUsd = picoUsd * ONE_IN_PARTS_PER_MILLION;
  const { steps, chargeMicroKyat } = inKyat(attoUsd, terms);
  const fee = { kind: "fee" as const, feeVersion, picoUsd, attoUsd };
  return { steps: [fee, ...steps], chargeMicroKyat, costNanoUsd: 0n };
}

/** The steps of a call that no provider bills: there is one, and it leads to nothing. */
export const FREE_STEPS = {
  steps: [{ kind: "free" as const, chargeMicroKyat: 0n }],
  chargeMicroKyat: 0n,
  costNanoUsd: 0n,
};

/** What the price says for a call of this length; no step where it says the same for every length. */
function tierOf(usage: Usage, { ratesPicoUsdPerUnit, tiers }: Terms) {
  if (tiers === undefined) return { step: null, rates: ratesPicoUsdPerUnit };
  const inputTokens = INPUT_SIDE.reduce((sum, name) => sum + (usage[name] ?? 0), 0);
  let reached: (typeof tiers)[number] | null = null;
  for (const tier of tiers) if (inputTokens > tier.aboveInputTokens) reached = tier;
  const aboveInputTokens = reached?.aboveInputTokens ?? null;
  return {
    step: { kind: "tier" as const, inputTokens, aboveInputTokens },
    rates: { ...ratesPicoUsdPerUnit, ...reached?.ratesPicoUsdPerUnit },
  };
}

function inKyat(attoUsd: bigint, { fxMicroKyat, fxNanoUsd }: Terms) {
  const numerator = attoUsd * fxMicroKyat;
  const denominator = ATTO_USD_PER_NANO_USD * fxNanoUsd;
  const { whole, remainder, rounded } = halfUp(numerator, denominator);
  const steps = [
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
  return { steps, chargeMicroKyat: rounded };
}

/** One of the steps of {@link stepsOf}, {@link feeStepsOf} and {@link FREE_STEPS}. */
export type Step =
  | ReturnType<typeof stepsOf | typeof feeStepsOf>["steps"][number]
  | (typeof FREE_STEPS)["steps"][number];

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
