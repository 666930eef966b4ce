/** Running many worlds, and telling what happened in one. @module */
import {
  describePart,
  LAWS,
  partsOf,
  planOf,
  runWorld,
  shrink,
  type Violation,
  type WorldResult,
} from "../../tests/simulation/mod.ts";
import { createProgress } from "./progress.ts";

type Print = (line: string) => void;

/** Runs worlds, shrinks the first that fails and tells its story. Returns how many failed. */
export async function runSeeds(
  { seeds, from }: { readonly seeds: number; readonly from: number },
  print: Print,
): Promise<number> {
  const struck = new Map<string, number>();
  const failed: string[] = [];
  const startedAtMs = performance.now();
  const progress = createProgress(seeds);
  let [events, virtualMs] = [0, 0];
  for (let seed = from; seed < from + seeds; seed++) {
    const result = await runWorld(planOf(`${seed}`));
    for (const [kind, times] of result.struck) struck.set(kind, (struck.get(kind) ?? 0) + times);
    events += result.events;
    virtualMs += result.virtualMs;
    if (result.violations.length > 0) failed.push(`${seed}`);
    progress.show(seed - from + 1, failed.length);
  }
  progress.end();
  const seconds = (performance.now() - startedAtMs) / 1_000;
  print(`${seeds} worlds in ${seconds.toFixed(1)} s: ${(seeds / seconds).toFixed(1)} seeds/s`);
  print(
    `${events} events in the logs, ${(virtualMs / 3_600_000).toFixed(1)} hours of virtual time`,
  );
  print("faults that struck:");
  for (const [kind, times] of [...struck].sort((one, other) => other[1] - one[1])) {
    print(`  ${`${times}`.padStart(8)}  ${kind}`);
  }
  print(failed.length === 0 ? "all laws hold" : `seeds that failed: ${failed.join(", ")}`);
  const [first] = failed;
  if (first !== undefined) await tellSeed(first, print);
  return failed.length;
}

/** Runs one world; one that fails is shrunk first. Tells its story. Returns 1 when it failed. */
export async function tellSeed(seed: string, print: Print): Promise<number> {
  const plan = planOf(seed);
  const result = await runWorld(plan);
  if (result.violations.length === 0) {
    tell(result, print);
    print(`seed ${seed}: all laws hold, trace ${result.traceHash}`);
    return 0;
  }
  const shrunk = await shrink(plan, result);
  print(`\nseed ${seed} fails; what is left of its plan after ${shrunk.runs} smaller worlds:`);
  for (const part of partsOf(shrunk.plan)) print(`  ${describePart(part)}`);
  print("its story:");
  tell(shrunk.result, print);
  for (const { law, detail } of shrunk.result.violations) print(lawOf({ law, detail }));
  print(`again with: deno task simulate --seed ${seed}`);
  return 1;
}

function tell({ story }: WorldResult, print: Print): void {
  for (const line of story) print(`  ${line}`);
}

function lawOf({ law, detail }: Violation): string {
  return `law ${law} (${LAWS[law]}): ${detail}`;
}
