/** Making a failing plan small: what can be left out without the failure going away is left out. @module */
import type { Mutant } from "./mutant.ts";
import type { Plan } from "./plan.ts";
import { runWorld, type WorldResult } from "./world.ts";

/** The smallest failing plan that was found. */
export interface Shrunk {
  readonly plan: Plan;
  readonly result: WorldResult;
  /** How many worlds were run for it. */
  readonly runs: number;
}

/**
 * Leaves faults and operations out, first many at once and then one by one, as long as the same law
 * is broken. Runs at most `most` worlds. `result` is how `plan` went; it must have failed.
 */
export async function shrink(
  plan: Plan,
  result: WorldResult,
  { mutant = null, most = 200 }: { readonly mutant?: Mutant | null; readonly most?: number } = {},
): Promise<Shrunk> {
  const law = result.violations[0]?.law;
  let best: Shrunk = { plan, result, runs: 0 };
  const without = (gone: ReadonlySet<string>): Plan => ({
    ...best.plan,
    operations: best.plan.operations.filter(({ id }) => !gone.has(id)),
    faults: best.plan.faults.filter(({ id }) => !gone.has(id)),
  });
  const parts = () => [...best.plan.faults, ...best.plan.operations];
  for (let size = parts().length; size >= 1; size = Math.floor(size / 2)) {
    for (let from = 0; from < parts().length && best.runs < most;) {
      const gone = new Set(parts().slice(from, from + size).map(({ id }) => id));
      const smaller = without(gone);
      const outcome = await runWorld(smaller, mutant);
      const fails = outcome.violations.some((one) => one.law === law);
      best = fails
        ? { plan: smaller, result: outcome, runs: best.runs + 1 }
        : { ...best, runs: best.runs + 1 };
      if (!fails) from += size;
    }
  }
  return best;
}
