import { describe, expect, it } from "vitest";
import { fateOf, MUTANTS, planOf, runWorld, shrink } from "./mod.ts";

const SEEDS = 500;
/** Few enough that a slow machine is done with one test in time. */
const SEEDS_PER_TEST = 20;

describe("a simulated world", () => {
  it.each([3, 48, 97, 132])("of seed %i goes the same way every time", async (seed) => {
    const [one, other] = [await runWorld(planOf(`${seed}`)), await runWorld(planOf(`${seed}`))];
    expect(other.traceHash).toBe(one.traceHash);
    expect(other.story).toEqual(one.story);
  });

  it("of another seed goes another way", async () => {
    const [one, other] = [await runWorld(planOf("1")), await runWorld(planOf("2"))];
    expect(other.traceHash).not.toBe(one.traceHash);
  });

  const groups = Array.from({ length: SEEDS / SEEDS_PER_TEST }, (_, group) => group);
  it.each(groups.map((group) => [group * SEEDS_PER_TEST + 1, (group + 1) * SEEDS_PER_TEST]))(
    "keeps all laws, seeds %i to %i",
    async (from, to) => {
      const broken: string[] = [];
      for (let seed = from; seed <= to; seed++) {
        const { violations } = await runWorld(planOf(`${seed}`));
        broken.push(...violations.map(({ law, detail }) => `seed ${seed}, law ${law}: ${detail}`));
      }
      expect(broken).toEqual([]);
    },
  );

  it("that fails is made small, and still fails", async () => {
    const mutant = MUTANTS.find(({ name }) => name === "holds never expire")!;
    const fate = await fateOf(mutant, 20);
    if (!fate.killed) throw new Error("the mutant was not noticed");
    const plan = planOf(`${fate.seed}`);
    const shrunk = await shrink(plan, await runWorld(plan, mutant), { mutant, most: 60 });
    expect(shrunk.result.violations[0]?.law).toBe(fate.violations[0]?.law);
    expect(shrunk.plan.operations.length).toBeLessThan(plan.operations.length / 2);
  });
});
