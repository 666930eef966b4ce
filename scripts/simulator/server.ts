/** The simulator as a server. @module */
import { answer } from "./answering.ts";
import { refusal } from "./faults.ts";
import type { SimulatorOptions, SimulatorStats } from "./options.ts";

/** A running simulator. */
export interface Simulator {
  /** Base URL without `/v1`, such as `http://127.0.0.1:4010`. */
  readonly url: string;
  readonly stats: SimulatorStats;
  /** Ends all exchanges and the server; idempotent. */
  stop(): Promise<void>;
}

const FAILED = {
  status: 500,
  type: "server_error",
  code: null,
  message: "The simulator failed.",
} as const;

/** Starts the simulator on its own port. */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const stats: SimulatorStats = {
    requests: 0,
    cancelled: 0,
    lastBody: null,
    lastAuthorization: null,
  };
  const stopping = new AbortController();
  const server = Deno.serve({
    hostname: options.host ?? "127.0.0.1",
    port: options.port ?? 0,
    signal: stopping.signal,
    onListen: () => {},
    onError: () => refusal(FAILED),
  }, (request) => answer(request, { options, stats, stopping: stopping.signal }));
  const { hostname, port } = server.addr;
  return await Promise.resolve({
    url: `http://${hostname}:${port}`,
    stats,
    async stop() {
      stopping.abort();
      await server.finished;
    },
  });
}
