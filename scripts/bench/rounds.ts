/** Interleaved rounds, so that whatever slows the machine slows every contender alike. @module */
import { median } from "./statistics.ts";

/** Something measured, by name; returns its figure for one round. */
export type Contender = { readonly name: string; readonly measure: () => Promise<number> };

/**
 * Measures the contenders in turn for `rounds` rounds, in order and then in reverse order (ABBA), and
 * returns each one's median.
 */
export async function interleave(
  contenders: readonly Contender[],
  rounds: number,
  report: (line: string) => void,
): Promise<Map<string, number>> {
  const figures = new Map<string, number[]>(contenders.map(({ name }) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    const order = round % 2 === 0 ? contenders : contenders.toReversed();
    for (const { name, measure } of order) {
      const figure = await measure();
      figures.get(name)!.push(figure);
      report(
        `  round ${round + 1}/${rounds}  ${name.padEnd(44)} ${figure.toFixed(2).padStart(12)}`,
      );
    }
  }
  return new Map([...figures].map(([name, values]) => [name, median(values)]));
}
