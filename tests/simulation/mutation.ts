/** Whether a deliberate mistake is noticed, and by which law. @module */
import type { Violation } from "./laws.ts";
import type { Mutant } from "./mutant.ts";
import { planOf } from "./draw.ts";
import { runWorld } from "./world.ts";

/** How a mutant fared: killed by the first seed that noticed it, or a survivor. */
export type MutantFate =
  | { readonly killed: true; readonly seed: number; readonly violations: readonly Violation[] }
  | { readonly killed: false; readonly seeds: number };

/**
 * Runs a mutant from seed 1 up, at most `seeds` of them; before that on `likely`, a seed that has
 * noticed it before, so that a gate need not look for one again.
 */
export async function fateOf(
  mutant: Mutant,
  seeds: number,
  likely: number | null = null,
): Promise<MutantFate> {
  for (let seed = likely === null ? 1 : 0; seed <= seeds; seed++) {
    const tried = seed === 0 ? likely ?? 0 : seed;
    const { violations } = await runWorld(planOf(`${tried}`), mutant);
    if (violations.length > 0) return { killed: true, seed: tried, violations };
  }
  return { killed: false, seeds };
}
