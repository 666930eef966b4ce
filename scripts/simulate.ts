/**
 * `deno task simulate [--seeds N] [--from K] [--seed S] [--mutants] [--most N]`: runs simulated
 * worlds and shows what broke. With `--seed`, one world and its whole story; with `--mutants`, every
 * deliberate mistake with the law that noticed it, within `--most` seeds each.
 *
 * @module
 */
import { readArguments, type SimulateOptions } from "./simulate/arguments.ts";
import { runMutants } from "./simulate/mutants.ts";
import { runSeeds, tellSeed } from "./simulate/seeds.ts";

const USAGE =
  `deno task simulate [--seeds N] [--from K]   runs N worlds from seed K on; default 500 from 1
deno task simulate --seed S                tells the story of one world
deno task simulate --mutants [--most N]    finds deliberate mistakes, within N seeds each; default 300`;

if (Deno.args.includes("--help") || Deno.args.includes("-h")) {
  console.log(USAGE);
  Deno.exit(0);
}
const options = optionsOrExit();
const print = (line: string) => console.log(line);
const failures = options.mutants
  ? await runMutants(options.most, print)
  : options.seed !== null
  ? await tellSeed(options.seed, print)
  : await runSeeds(options, print);
Deno.exit(failures === 0 ? 0 : 1);

function optionsOrExit(): SimulateOptions {
  try {
    return readArguments(Deno.args);
  } catch (error) {
    console.error(`simulate: ${error instanceof Error ? error.message : error}\n${USAGE}`);
    Deno.exit(2);
  }
}
