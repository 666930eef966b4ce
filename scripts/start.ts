/**
 * `deno task start`: the whole product in one process, ready for a first paid call.
 *
 * @module
 */

import { firstCallText } from "./demo/mod.ts";
import { startEmbedded } from "./embedded/compose.ts";
import { readEmbeddedConfig } from "./embedded/config.ts";

const SECOND_SIGNAL_AFTER_MS = 2_000;

/**
 * Resolves at the first signal. A later one ends the process at once; within two seconds it is taken
 * for the same one, because `deno task` passes a signal on that the whole process group was sent.
 */
function stopAsked(): Promise<Deno.Signal> {
  return new Promise((resolve) => {
    let askedAt: number | null = null;
    for (const signal of ["SIGINT", "SIGTERM"] as const) {
      Deno.addSignalListener(signal, () => {
        if (askedAt === null) askedAt = performance.now();
        else if (performance.now() - askedAt > SECOND_SIGNAL_AFTER_MS) Deno.exit(130);
        resolve(signal);
      });
    }
  });
}

try {
  const environment = Deno.env.toObject();
  const config = readEmbeddedConfig(environment);
  const asked = stopAsked();
  console.log("Starting Sargalay: opening the data folder, the rooms, the demo …");
  const embedded = await startEmbedded(config, environment);
  console.log(
    firstCallText(embedded.demo, { simulated: config.simulated, file: embedded.demoFile }),
  );
  const signal = await asked;
  console.log(`${signal}: no new calls; waiting for open settlements …`);
  await embedded.close();
  console.log("Stopped.");
  Deno.exit(0);
} catch (error) {
  console.error(`Sargalay cannot start: ${error instanceof Error ? error.message : error}`);
  Deno.exit(1);
}
