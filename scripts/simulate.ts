/**
 * `deno task simulate [--seeds N] [--from K] [--seed S] [--mutants] [--most N]`: runs simulated
 * worlds and shows what broke. With `--seed`, one world and its whole story; with `--mutants`, every
 * deliberate mistake with the law that noticed it, within `--most` seeds each.
 *
 * @module
 */
import { readArguments } from "./simulate/arguments.ts";
import { runMutants } from "./simulate/mutants.ts";
import { runSeeds, tellSeed } from "./simulate/seeds.ts";

const options = readArguments(Deno.args);
const print = (line: string) => console.log(line);
const failures = options.mutants
  ? await runMutants(options.most, print)
  : options.seed !== null
  ? await tellSeed(options.seed, print)
  : await runSeeds(options, print);
Deno.exit(failures === 0 ? 0 : 1);
