import { describe, expect, it } from "vitest";
import { fateOf, MUTANTS } from "./mod.ts";

/** No mistake may get through more worlds than this. */
const MOST_SEEDS = 200;
/** For a machine with much else to do. */
const TIMEOUT_MS = 900_000;

/**
 * A seed that noticed each one, tried first. It may stop doing so when a program takes other steps
 * than before; the gate then looks for another one from the first seed on.
 */
const NOTICED_BY: Readonly<Record<string, number>> = {
  "operation ids are not remembered": 6,
  "outcomes are written apart from their events": 31,
  "balances are written apart from their events": 9,
  "nobody is fenced": 26,
  "the head is read again without a new epoch": 2,
  "a commit whose answer was lost is done again": 2,
  "an ambiguous commit burns a position": 2,
  "recorded time is the clock's, also when it steps back": 71,
  "holds never expire": 16,
  "a charge beyond its hold is forgiven": 2,
  "counting begins anew with each plan": 109,
  "late usage is charged to the wallet, whatever it has": 70,
};

describe("the mutation gate", () => {
  it("has many mistakes, each by its own name", () => {
    expect(new Set(MUTANTS.map(({ name }) => name)).size).toBe(MUTANTS.length);
    expect(MUTANTS.length).toBeGreaterThanOrEqual(15);
  });

  it.each(MUTANTS.map((mutant) => [mutant.name, mutant] as const))(
    "notices that %s",
    async (name, mutant) => {
      const fate = await fateOf(mutant, MOST_SEEDS, NOTICED_BY[name] ?? null);
      expect(fate).toMatchObject({ killed: true });
    },
    TIMEOUT_MS,
  );
});
