/** `deno task projections`: the room as a process of its own. @module */
import { createEffects, platformOf } from "../shared/effects.ts";
import { connectNats, connectNatsBus } from "../shared/bus/nats/mod.ts";
import { createLog } from "../shared/log.ts";
import { composeProjections } from "./compose.ts";
import { readProjectionsConfig } from "./config.ts";
import { openDatabase, READ_TIMEOUT_MS } from "./database.ts";

if (import.meta.main) await main();

async function main(): Promise<void> {
  const config = readProjectionsConfig(Deno.env.toObject());
  const effects = createEffects(platformOf(globalThis));
  const log = createLog((line) => console.log(line), effects.clock, "projections");
  const db = openDatabase(config.databaseUrl, 10);
  const reads = openDatabase(config.databaseUrl, 8, READ_TIMEOUT_MS);
  const { timers } = effects;
  const bus = config.natsUrl === null ? null : connectNatsBus(
    await connectNats(config.natsUrl, { name: "sargalay-projections", timers }),
    effects,
  );
  const room = await composeProjections(config, { db, reads, bus, effects, log, fetch });
  const server = Deno.serve({
    hostname: config.host,
    port: config.port,
    onListen: ({ hostname, port }) => log.info("listening", { hostname, port }),
  }, room.fetch);
  const stop = async () => {
    for (const signal of ["SIGTERM", "SIGINT"] as const) Deno.removeSignalListener(signal, stop);
    log.info("stopping");
    await room.close();
    await server.shutdown();
    await bus?.close();
    await reads.destroy();
    await db.destroy();
  };
  for (const signal of ["SIGTERM", "SIGINT"] as const) Deno.addSignalListener(signal, stop);
}
