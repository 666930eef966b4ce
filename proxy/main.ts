/** The proxy as a process. It needs the network and the environment, and nothing else. @module */
import { connectNats, connectNatsBus } from "../shared/bus/nats/mod.ts";
import { createEffects, platformOf } from "../shared/effects.ts";
import { createLog } from "../shared/log.ts";
import { composeProxy } from "./compose.ts";
import { ConfigError, type ProxyConfig, readProxyConfig } from "./config.ts";

/** Serves until SIGTERM or SIGINT, then waits for open settlements. Returns the exit code. */
async function serve(config: ProxyConfig, natsUrl: string): Promise<number> {
  const effects = createEffects(platformOf(globalThis));
  const log = createLog((line) => console.log(line), effects.clock, "proxy");
  const connection = await connectNats(natsUrl, { name: "proxy", timers: effects.timers });
  const bus = connectNatsBus(connection, {
    ...effects,
    onFault: ({ during, subject, error }) =>
      log.error("bus_fault", { during, subject, reason: String(error) }),
  });
  // One call's fault must not end the others: it is logged, and the process goes on.
  globalThis.addEventListener("unhandledrejection", (event) => {
    event.preventDefault();
    const { reason } = event;
    log.error("unhandled_rejection", { error: reason instanceof Error ? reason : String(reason) });
  });
  const proxy = await composeProxy(config, {
    bus,
    effects,
    log,
    fetch: (url, init) => fetch(url, init),
  });
  const server = Deno.serve({
    hostname: config.hostname,
    port: config.port,
    onListen: ({ hostname, port }) => log.info("proxy_listening", { hostname, port }),
  }, (request, info) => proxy.fetch(request, info));
  await stopAsked();
  log.info("proxy_stopping");
  // Taking no new connections and ending the open ones both wait for the clients' answers.
  const stopped = server.shutdown();
  const unconfirmed = await proxy.close();
  await Promise.race([stopped, effects.timers.sleep(1_000)]);
  await bus.close();
  return unconfirmed === 0 ? 0 : 1;
}

function stopAsked(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ["SIGTERM", "SIGINT"] as const) {
      Deno.addSignalListener(signal, () => resolve());
    }
  });
}

function readConfig(): { config: ProxyConfig; natsUrl: string } {
  const config = readProxyConfig(Deno.env.toObject());
  if (config.natsUrl === null) throw new ConfigError("NATS_URL: needed to reach the ledger");
  return { config, natsUrl: config.natsUrl };
}

if (import.meta.main) {
  try {
    const { config, natsUrl } = readConfig();
    Deno.exit(await serve(config, natsUrl));
  } catch (error) {
    if (error instanceof ConfigError) console.error(`The proxy cannot start:\n${error.message}`);
    else console.error("The proxy failed:", error);
    Deno.exit(1);
  }
}
