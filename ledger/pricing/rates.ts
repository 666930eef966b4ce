/** Which rate a usage class is billed at, and the dearest rate of each side of a call. @module */
import type { Rates } from "../../shared/events/mod.ts";
import { RATE_FALLBACKS, type UsageClass } from "../../shared/usage/mod.ts";

/** The rate of a class in picodollars per unit, by its own price or its fallback; null: unpriced. */
export function ratePicoUsd(rates: Rates, usageClass: UsageClass): bigint | null {
  for (let at: UsageClass | null = usageClass; at !== null; at = RATE_FALLBACKS[at]) {
    const rate = rates[at];
    if (rate !== undefined) return rate;
  }
  return null;
}

/** The highest rate among `classes` in picodollars per unit; 0 when none of them has one. */
export function dearestRatePicoUsd(rates: Rates, classes: readonly UsageClass[]): bigint {
  let dearest = 0n;
  for (const usageClass of classes) {
    const rate = ratePicoUsd(rates, usageClass);
    if (rate !== null && rate > dearest) dearest = rate;
  }
  return dearest;
}
