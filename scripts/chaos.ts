/**
 * `deno task chaos [--minutes M] [--seed S] [--edges N]`: breaks a cluster under paid traffic, and
 * ends with 0 only when no call was lost, doubled, overspent, left open or charged wrongly.
 *
 * @module
 */

import { type ChaosOptions, readChaosOptions, renderReport, runChaos } from "./chaos/mod.ts";

const LIVE_EVERY = 10;
const USAGE = `deno task chaos [--minutes M] [--seed S] [--edges N]

--minutes  how long faults happen, 0 to 1440; default 5
--seed     chooses calls and faults, 0 to 4294967295; default a fresh one
--edges    how many proxies, 2 to 8; default 2`;

function optionsOrExit(): ChaosOptions {
  try {
    return readChaosOptions(Deno.args, crypto.getRandomValues(new Uint32Array(1))[0] ?? 0);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    Deno.exit(2);
  }
}

async function main(): Promise<number> {
  if (Deno.args.includes("--help") || Deno.args.includes("-h")) {
    console.log(USAGE);
    return 0;
  }
  const options = optionsOrExit();
  console.log(`  seed ${options.seed}, ${options.minutes} minutes, ${options.edges} proxies`);
  const terminal = Deno.stdout.isTerminal();
  const stopping = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    Deno.addSignalListener(signal, () => stopping.abort(new Error(`chaos: ended by ${signal}`)));
  }
  let lines = 0;
  const report = await runChaos({ ...options, signal: stopping.signal }, {
    line: (text) => console.log(terminal ? `\r\x1b[K${text}` : text),
    live(text) {
      if (terminal) Deno.stdout.writeSync(new TextEncoder().encode(`\r\x1b[K${text}`));
      else if (lines++ % LIVE_EVERY === 0) console.log(text);
    },
  });
  console.log(`\n${renderReport(report)}`);
  return report.passed ? 0 : 1;
}

try {
  Deno.exit(await main());
} catch (error) {
  console.error(error instanceof Error ? error.stack : error);
  Deno.exit(1);
}
