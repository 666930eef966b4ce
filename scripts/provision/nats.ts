/**
 * A nats-server of one's own: found on the machine, installed, or in a container.
 *
 * @module
 */

import { findProgram } from "./command.ts";
import { createContainer, findDocker } from "./container.ts";
import { NATS_IMAGE } from "./images.ts";
import { installPackage, type Log, logToStderr } from "./packages.ts";
import { freePort } from "./ports.ts";
import { createProcess } from "./process.ts";
import { type Service, startUntilReady } from "./service.ts";

/** How a server is set up. */
export interface NatsOptions {
  /** A folder for JetStream's data; when absent, a temporary one that `stop` removes. */
  readonly dataDir?: string;
  /** Whether it listens for WebSocket as well; true when absent. */
  readonly websocket?: boolean;
  /** Where to listen on 127.0.0.1; a free port when absent. */
  readonly port?: number;
  /** Where to listen for WebSocket; a free port when absent. */
  readonly websocketPort?: number;
  /** Receives what takes long; standard error when absent. */
  readonly log?: Log;
}

/** A running server with JetStream. */
export interface NatsServer {
  /** For TCP, `nats://127.0.0.1:…`. */
  readonly url: string;
  /** For WebSocket, `ws://127.0.0.1:…`; nobody listens there when `websocket` was false. */
  readonly wsUrl: string;
  /** Shuts it down in good order; a temporary data folder is removed. Idempotent. */
  stop(): Promise<void>;
  /** Ends it by `signal` (SIGKILL when absent) and waits until it is gone; the data stays. */
  kill(signal?: Deno.Signal): Promise<void>;
  /** Starts it again on the same ports and data, ending it by SIGTERM first if it runs. */
  restart(): Promise<void>;
}

/** Finds nats-server or installs it, else docker; throws an error that says what to install. */
export async function provideNats(
  log: Log = logToStderr,
): Promise<{ readonly natsServer: string } | { readonly docker: string }> {
  const found = findProgram(["nats-server"]);
  if (found !== null) return { natsServer: found };
  const problem = await installPackage("nats-server", log);
  const installed = findProgram(["nats-server"]);
  if (installed !== null) return { natsServer: installed };
  const docker = await findDocker();
  if (docker !== null) return { docker };
  throw new Error(
    "nats-server was not found. Install it (Debian: apt-get install nats-server) or start docker." +
      ` (${problem})`,
  );
}

/** Starts a server on 127.0.0.1 and waits until it answers; throws when it does not in time. */
export async function startNats(options: NatsOptions = {}): Promise<NatsServer> {
  const program = await provideNats(options.log);
  const { websocket = true } = options;
  const port = options.port ?? freePort();
  const websocketPort = options.websocketPort ?? freePort();
  const dataDir = options.dataDir ?? await Deno.makeTempDir({ prefix: "sargalay-nats-" });
  await Deno.mkdir(dataDir, { recursive: true });
  const service = "docker" in program
    ? await containerOf(program.docker, { port, websocketPort, websocket, dataDir })
    : await localServer(program.natsServer, { port, websocketPort, websocket, dataDir });
  const start = () =>
    startUntilReady(service, {
      name: "nats-server",
      probe: async () => {
        await probe(port);
        if (websocket) (await Deno.connect({ hostname: "127.0.0.1", port: websocketPort })).close();
      },
    });
  await start();
  return {
    url: `nats://127.0.0.1:${port}`,
    wsUrl: `ws://127.0.0.1:${websocketPort}`,
    async stop() {
      await service.end("SIGTERM");
      await service.discard();
      if (options.dataDir === undefined) {
        await Deno.remove(dataDir, { recursive: true }).catch(ignoreMissing);
      }
    },
    kill: (signal = "SIGKILL") => service.end(signal),
    async restart() {
      await service.end("SIGTERM");
      await start();
    },
  };
}

interface Layout {
  readonly port: number;
  readonly websocketPort: number;
  readonly websocket: boolean;
  readonly dataDir: string;
}

async function localServer(natsServer: string, layout: Layout): Promise<Service> {
  const file = await writeConfiguration(layout, {
    host: "127.0.0.1",
    port: layout.port,
    websocketPort: layout.websocketPort,
    store: layout.dataDir,
  });
  return createProcess({ program: natsServer, args: ["-c", file], cwd: layout.dataDir });
}

async function containerOf(docker: string, layout: Layout): Promise<Service> {
  const inside = { host: "0.0.0.0", port: 4222, websocketPort: 8080, store: "/data" };
  await writeConfiguration(layout, inside);
  return createContainer(docker, {
    image: NATS_IMAGE,
    args: ["-c", "/data/nats.conf"],
    ports: new Map([[inside.port, layout.port], [inside.websocketPort, layout.websocketPort]]),
    mount: { from: await Deno.realPath(layout.dataDir), to: "/data" },
  });
}

async function writeConfiguration(
  { websocket, dataDir }: Layout,
  listen: { host: string; port: number; websocketPort: number; store: string },
): Promise<string> {
  const lines = [
    `listen: "${listen.host}:${listen.port}"`,
    `jetstream { store_dir: ${JSON.stringify(listen.store)} }`,
    "max_payload: 1MB",
  ];
  if (websocket) {
    lines.push(`websocket { listen: "${listen.host}:${listen.websocketPort}", no_tls: true }`);
  }
  const file = `${dataDir}/nats.conf`;
  await Deno.writeTextFile(file, `${lines.join("\n")}\n`);
  return file;
}

/** A ready server greets every connection with a line that starts with INFO. */
async function probe(port: number): Promise<void> {
  using connection = await Deno.connect({ hostname: "127.0.0.1", port });
  const timer = setTimeout(() => connection.close(), 2_000);
  try {
    const buffer = new Uint8Array(5);
    await connection.read(buffer);
    if (new TextDecoder().decode(buffer) !== "INFO ") throw new Error("it did not greet");
  } finally {
    clearTimeout(timer);
  }
}

function ignoreMissing(error: unknown): void {
  if (!(error instanceof Deno.errors.NotFound)) throw error;
}
