import { describe, expect, it } from "vitest";
import { fateOf, MUTANTS } from "./mod.ts";

/** No mistake may get through more worlds than this. */
const MOST_SEEDS = 150;

describe("the mutation gate", () => {
  it("has many mistakes, each by its own name", () => {
    expect(new Set(MUTANTS.map(({ name }) => name)).size).toBe(MUTANTS.length);
    expect(MUTANTS.length).toBeGreaterThanOrEqual(15);
  });

  it.each(MUTANTS.map((mutant) => [mutant.name, mutant] as const))(
    "notices that %s",
    async (_name, mutant) => {
      expect(await fateOf(mutant, MOST_SEEDS)).toMatchObject({ killed: true });
    },
  );
});
