/**
 * `deno task cluster`: the production shape on this machine, until SIGINT or SIGTERM.
 *
 * @module
 */

import { readClusterSettings, startCluster, type UnexpectedEnd } from "./cluster/mod.ts";
import { firstCallText } from "./demo/mod.ts";

function report({ name, code, signal, output }: UnexpectedEnd): void {
  const how = signal === null ? `with code ${code}` : `by ${signal}`;
  console.error(`\n  ${name} ENDED ${how}. It is not started again. Its last lines:`);
  for (const line of output.trimEnd().split("\n").slice(-10)) console.error(`    ${line}`);
}

async function main(): Promise<void> {
  const settings = readClusterSettings(Deno.env.toObject());
  let wanted = false;
  let insistent = false;
  const asked = new Promise<Deno.Signal>((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) {
      Deno.addSignalListener(signal, () => {
        // Asking again means it; a wrapper that passes Ctrl-C on a second time does not.
        if (insistent) Deno.exit(130);
        if (!wanted) setTimeout(() => insistent = true, 2_000);
        wanted = true;
        resolve(signal);
      });
    }
  });
  const starting = startCluster({
    ...settings,
    log: (line) => console.log(`  ${line}`),
    onUnexpectedEnd: report,
  });
  const cluster = await starting;
  if (!wanted) {
    console.log(firstCallText(cluster.demo, { simulated: true, file: cluster.demoFile }));
  }
  const signal = await asked;
  console.log(`\n  ${signal}: stopping, the proxies first`);
  const killed = await cluster.stop();
  Deno.exit(killed.length === 0 ? 0 : 1);
}

try {
  await main();
} catch (error) {
  console.error(`cluster: ${error instanceof Error ? error.message : error}`);
  Deno.exit(1);
}
