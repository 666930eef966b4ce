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
  "operation ids are not remembered": 10,
  "commands are answered before the commit": 11,
  "outcomes are written apart from their events": 12,
  "balances are written apart from their events": 13,
  "nobody is fenced": 30,
  "the head is read again without a new epoch": 4,
  "a commit whose answer was lost is done again": 4,
  "an ambiguous commit burns a position": 4,
  "recorded time is the clock's, also when it steps back": 34,
  "holds never expire": 8,
  "late usage is charged to the wallet, whatever it has": 10,
  "what was charged at the expiry is charged again when the usage comes": 44,
  "an edge sends a settlement once and no more": 9,
  "the ledger acknowledges a settlement before it has decided it": 14,
  "the ledger acknowledges a settlement that it could not decide": 14,
  "checkpoints are committed apart from their rows": 14,
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
