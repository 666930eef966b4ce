import { describe, expect, it } from "vitest";
import { tellSeed } from "../../scripts/simulate/seeds.ts";
import { fateOf, MUTANTS, planOf, runWorld, shrink } from "./mod.ts";

const SEEDS = 500;
const SEEDS_PER_TEST = 25;
/** For a machine with much else to do. */
const TIMEOUT_MS = 600_000;

describe("a simulated world", () => {
  it.each([3, 48, 97, 132])("of seed %i goes the same way every time", async (seed) => {
    const [one, other] = [await runWorld(planOf(`${seed}`)), await runWorld(planOf(`${seed}`))];
    expect(other.traceHash).toBe(one.traceHash);
    expect(other.story).toEqual(one.story);
  }, TIMEOUT_MS);

  it("of another seed goes another way", async () => {
    const [one, other] = [await runWorld(planOf("1")), await runWorld(planOf("2"))];
    expect(other.traceHash).not.toBe(one.traceHash);
  }, TIMEOUT_MS);

  const groups = Array.from({ length: SEEDS / SEEDS_PER_TEST }, (_, group) => group);
  it.each(groups.map((group) => [group * SEEDS_PER_TEST + 1, (group + 1) * SEEDS_PER_TEST]))(
    "keeps all laws, seeds %i to %i",
    async (from, to) => {
      for (let seed = from; seed <= to; seed++) {
        const { violations } = await runWorld(planOf(`${seed}`));
        if (violations.length === 0) continue;
        const story: string[] = [];
        await tellSeed(`${seed}`, (line) => story.push(line));
        throw new Error(story.join("\n"));
      }
    },
    TIMEOUT_MS,
  );

  it("that fails is made small, and still fails", async () => {
    const mutant = MUTANTS.find(({ name }) => name === "holds never expire")!;
    const fate = await fateOf(mutant, 20);
    if (!fate.killed) throw new Error("the mutant was not noticed");
    const plan = planOf(`${fate.seed}`);
    const shrunk = await shrink(plan, await runWorld(plan, mutant), { mutant, most: 60 });
    expect(shrunk.result.violations[0]?.law).toBe(fate.violations[0]?.law);
    expect(shrunk.plan.operations.length).toBeLessThan(plan.operations.length / 2);
  }, TIMEOUT_MS);
});
