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
  "nobody is fenced": 18,
  "the head is read again without a new epoch": 3,
  "a commit whose answer was lost is done again": 24,
  "an ambiguous commit burns a position": 19,
  "recorded time is the clock's, also when it steps back": 64,
  "holds never expire": 2,
  "late usage is charged to the wallet, whatever it has": 70,
  "what was charged at the expiry is charged again when the usage comes": 21,
  "an edge sends a settlement once and no more": 2,
  "a hold is placed without a look at the limits of its plan": 3,
  "counting begins anew with each plan": 37,
  "what a call has used is forgotten when it ends": 12,
  "an owner that takes over knows no idempotency keys of before": 4,
  "checkpoints are committed apart from their rows": 10,
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
