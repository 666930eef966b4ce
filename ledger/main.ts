/** The ledger as a process of its own, over PostgreSQL and NATS. @module */
import { connectNats, connectNatsBus } from "../shared/bus/nats/mod.ts";
import { createEffects, platformOf } from "../shared/effects.ts";
import { uuidv7 } from "../shared/ids/mod.ts";
import { createLog } from "../shared/log.ts";
import { createFaultLog } from "./bus_faults.ts";
import { createDirectoryPlace, readCheckpointKeys } from "./checkpoint/mod.ts";
import { composeLedger, type LedgerCheckpoints } from "./compose.ts";
import { type CheckpointConfig, type LedgerConfig, readLedgerConfig } from "./config.ts";
import { type LedgerDatabase, openPostgres } from "./store/mod.ts";

const STARTUP_DEADLINE_MS = 30_000;
const SHUTDOWN_DEADLINE_MS = 20_000;

const effects = createEffects(platformOf(globalThis));
const { clock, timers } = effects;
const log = createLog((line) => console.log(line), clock, "ledger");

// The process ends after either; whoever looks for the reason finds it among the other lines.
globalThis.addEventListener("error", ({ error }) => {
  log.error("uncaught_exception", { error: error instanceof Error ? error : String(error) });
});
globalThis.addEventListener("unhandledrejection", ({ reason }) => {
  log.error("unhandled_rejection", { error: reason instanceof Error ? reason : String(reason) });
});

/** Tries for 30 s: in a fresh deployment the database may come up after the ledger. */
async function openDatabase(url: string): Promise<LedgerDatabase> {
  const deadlineMs = clock.nowMs() + STARTUP_DEADLINE_MS;
  while (true) {
    try {
      return await openPostgres(url);
    } catch (error) {
      const code = error instanceof Error ? String(Reflect.get(error, "code")) : "";
      // 57P03: the server is starting up.
      const away = /^(ECONN|CONNECT|CONNECTION|ENOTFOUND|EAI_|57P03)/.test(code);
      if (!away || clock.nowMs() > deadlineMs) throw error;
      log.warn("database_away", { error: error instanceof Error ? error : null });
      await timers.sleep(500);
    }
  }
}

async function readCheckpoints(
  { keys, directories, intervalMs, logName, unverifiedStart }: CheckpointConfig,
): Promise<LedgerCheckpoints> {
  return {
    keys: readCheckpointKeys("text" in keys ? keys.text : await Deno.readTextFile(keys.file)),
    places: directories.map(createDirectoryPlace),
    intervalMs,
    logName,
    unverifiedStart,
  };
}

async function run(config: LedgerConfig): Promise<void> {
  const checkpoints = await readCheckpoints(config.checkpoints);
  const database = await openDatabase(config.databaseUrl);
  const connection = await connectNats(config.natsUrl, { name: "sargalay-ledger", timers });
  const bus = connectNatsBus(connection, {
    clock,
    timers,
    onFault: createFaultLog(log, clock),
  });
  const owner = `ledger-${Deno.pid}-${uuidv7(effects)}`;
  const ledger = await composeLedger(config, { database, bus, effects, log, owner, checkpoints });
  const server = Deno.serve({
    hostname: config.host,
    port: config.port,
    onListen: ({ hostname, port }) => log.info("listening", { hostname, port, owner }),
  }, ledger.fetch);

  let stopping = false;
  const stop = async (signal: string) => {
    if (stopping) return;
    stopping = true;
    log.info("stopping", { signal });
    const deadline = timers.after(SHUTDOWN_DEADLINE_MS, () => {
      log.error("stopped_late", { deadlineMs: SHUTDOWN_DEADLINE_MS });
      Deno.exit(1);
    });
    // Calls in hand still need the shards: first no new ones, then the shards, then the rest.
    await server.shutdown();
    await ledger.close();
    await bus.close();
    await database.destroy();
    deadline.cancel();
    log.info("stopped");
    Deno.exit(0);
  };
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    Deno.addSignalListener(signal, () => void stop(signal));
  }
}

try {
  await run(readLedgerConfig(Deno.env.toObject()));
} catch (error) {
  log.error("start_failed", { message: error instanceof Error ? error.message : String(error) });
  Deno.exit(1);
}
