/** The options of `deno task chaos`. @module */

/** How long, with what and how much. */
export interface ChaosOptions {
  /** How long faults happen, in minutes; longer until each kind has happened once. */
  readonly minutes: number;
  /** Chooses calls and faults; 32 bits. */
  readonly seed: number;
  /** How many proxies, 2 to 8. */
  readonly edges: number;
}

const USAGE = "deno task chaos [--minutes M] [--seed S] [--edges N]";

/** Reads the options; throws Error that names what is wrong. `freshSeed` is used where none is given. */
export function readChaosOptions(args: readonly string[], freshSeed: number): ChaosOptions {
  const given = new Map<string, string>();
  const rest = [...args];
  while (rest.length > 0) {
    const [name, value] = [rest.shift() ?? "", rest.shift()];
    if (!["--minutes", "--seed", "--edges"].includes(name) || value === undefined) {
      throw new Error(`chaos: ${name} is not understood; ${USAGE}`);
    }
    given.set(name, value);
  }
  return {
    minutes: numberOf(given, "--minutes", { standard: 5, least: 0, most: 1_440 }),
    seed: numberOf(given, "--seed", { standard: freshSeed, least: 0, most: 4_294_967_295 }),
    edges: numberOf(given, "--edges", { standard: 2, least: 2, most: 8 }),
  };
}

function numberOf(
  given: ReadonlyMap<string, string>,
  name: string,
  { standard, least, most }: { standard: number; least: number; most: number },
): number {
  const text = given.get(name);
  if (text === undefined) return standard;
  const pattern = name === "--minutes" ? /^\d+(\.\d+)?$/ : /^\d+$/;
  const value = pattern.test(text) ? parseFloat(text) : NaN;
  if (value >= least && value <= most) return value;
  throw new Error(`chaos: ${name} ${text}: expected ${least} to ${most}; ${USAGE}`);
}
