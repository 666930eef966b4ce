/** The table of deliberate mistakes. @module */
import { fateOf, LAWS, MUTANTS } from "../../tests/simulation/mod.ts";

/** Tries every mutant on at most `most` seeds. Returns how many survived. */
export async function runMutants(most: number, print: (line: string) => void): Promise<number> {
  let survivors = 0;
  const width = Math.max(...MUTANTS.map(({ name }) => name.length));
  print(`${"mutant".padEnd(width)}  seed  killed by`);
  for (const mutant of MUTANTS) {
    const fate = await fateOf(mutant, most);
    if (!fate.killed) {
      survivors += 1;
      print(`${mutant.name.padEnd(width)}     –  SURVIVED ${fate.seeds} seeds`);
      continue;
    }
    const laws = [...new Set(fate.violations.map(({ law }) => law))];
    const [first = ""] = laws;
    const also = laws.length > 1 ? ` (and ${laws.slice(1).join(", ")})` : "";
    print(
      `${mutant.name.padEnd(width)}  ${`${fate.seed}`.padStart(4)}  ${first}: ${
        LAWS[first]
      }${also}`,
    );
  }
  print(`${MUTANTS.length} mutants, ${survivors} survived`);
  return survivors;
}
