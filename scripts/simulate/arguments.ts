/** What the simulation is asked to do. @module */

/** See scripts/simulate.ts. */
export interface SimulateOptions {
  /** How many worlds. */
  readonly seeds: number;
  /** The first of them. */
  readonly from: number;
  /** One world by its seed, or null. */
  readonly seed: string | null;
  readonly mutants: boolean;
  /** Most seeds for each mutant. */
  readonly most: number;
}

/** Reads command-line arguments. Throws RangeError naming what is not understood. */
export function readArguments(args: readonly string[]): SimulateOptions {
  let options: SimulateOptions = { seeds: 500, from: 1, seed: null, mutants: false, most: 300 };
  const rest = [...args];
  for (let name = rest.shift(); name !== undefined; name = rest.shift()) {
    if (name === "--mutants") {
      options = { ...options, mutants: true };
      continue;
    }
    const value = rest.shift();
    switch (name) {
      case "--seed":
        options = { ...options, seed: given(name, value) };
        break;
      case "--seeds":
        options = { ...options, seeds: whole(name, value) };
        break;
      case "--from":
        options = { ...options, from: whole(name, value) };
        break;
      case "--most":
        options = { ...options, most: whole(name, value) };
        break;
      default:
        throw new RangeError(
          `${name} is not understood: --seeds, --from, --seed, --mutants, --most`,
        );
    }
  }
  return options;
}

function given(name: string, value: string | undefined): string {
  if (value === undefined) throw new RangeError(`${name} needs a value`);
  return value;
}

function whole(name: string, value: string | undefined): number {
  const text = given(name, value);
  if (!/^[1-9]\d{0,8}$/.test(text)) {
    throw new RangeError(`${name} ${text} is no whole number from 1`);
  }
  return Number(text);
}
