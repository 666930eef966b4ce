/** `deno task simulator`: the upstream simulator by itself. @module */
import { FAULT_MODELS, startSimulator } from "./mod.ts";

const port = Number(Deno.env.get("SARGALAY_SIMULATOR_PORT") || "8790");
if (!Number.isInteger(port) || port < 0 || port > 65_535) {
  console.error("SARGALAY_SIMULATOR_PORT: expected a port from 0 to 65535");
  Deno.exit(1);
}
const host = Deno.env.get("SARGALAY_SIMULATOR_HOST") || Deno.env.get("SARGALAY_HOST") ||
  "127.0.0.1";
const simulator = await startSimulator({ port, host });
console.log(`The upstream simulator answers at ${simulator.url}/v1. Nothing that it says is real.`);
for (const [model, what] of Object.entries(FAULT_MODELS)) console.log(`  ${model}: ${what}`);
for (const signal of ["SIGTERM", "SIGINT"] as const) {
  Deno.addSignalListener(signal, async () => {
    await simulator.stop();
    Deno.exit(0);
  });
}
