/**
 * Which processes make up the cluster, and with which settings and permissions.
 *
 * @module
 */

import deno from "../../deno.json" with { type: "json" };
import type { DemoUser } from "../demo/mod.ts";
import type { RoomSpec } from "./room_process.ts";

/** The processes, in the order in which they start. */
export const PROCESS_NAMES = [
  "ledger",
  "ledger-standby",
  "simulator",
  "projections",
  "proxy-1",
  "proxy-2",
  "web",
] as const;

/** The name of a process. */
export type ProcessName = typeof PROCESS_NAMES[number];

/** The name of a proxy; those beyond the second run only where `edges` asks for them. */
export type EdgeName = `proxy-${number}`;

/** Settings by process. */
export type EnvByProcess = Readonly<
  Partial<Record<ProcessName | EdgeName, Readonly<Record<string, string>>>>
>;

/** Where each process listens on 127.0.0.1. */
export type ClusterPorts = Readonly<Record<ProcessName, number>>;

/** What the processes share. */
export interface Surroundings {
  readonly ports: ClusterPorts;
  readonly databaseUrl: string;
  readonly natsUrl: string;
  /** For the second proxy, so that both ways to the server are in use; null for TCP. */
  readonly natsWebSocketUrl: string | null;
  readonly serviceSecret: string;
  readonly sessionSecret: string;
  /** Seal the keys of providers, as SARGALAY_MASTER_KEYS has them. */
  readonly masterKeys: string;
  /** The file with the keys that sign checkpoints. */
  readonly checkpointKeyFile: string;
  /** Where checkpoints are kept; the ledgers may write nowhere else. */
  readonly checkpointDir: string;
  readonly users: readonly DemoUser[];
  readonly shards: number;
  /** `simulator` whatever the environment says, or the providers that it names. */
  readonly upstream: "simulator" | "environment";
  /** More settings by process, which win over all others. */
  readonly extraEnv: EnvByProcess;
  /** Where proxies beyond the second listen, the third first. */
  readonly morePorts?: readonly number[];
}

type Room = "proxy" | "ledger" | "projections" | "web" | "simulator";

/** What to run for each process. */
export function planProcesses(around: Surroundings): Record<ProcessName, RoomSpec> {
  const url = (name: ProcessName) => urlOf(around, name);
  const spec = (name: ProcessName, room: Room, env: Record<string, string>, stopMs?: number) =>
    specOf(around, { name, room, port: around.ports[name], env }, stopMs);
  const { databaseUrl, natsUrl } = around;
  const ledger = {
    DATABASE_URL: databaseUrl,
    NATS_URL: natsUrl,
    SARGALAY_MASTER_KEYS: around.masterKeys,
    SARGALAY_CHECKPOINT_KEY_FILE: around.checkpointKeyFile,
    SARGALAY_CHECKPOINT_DIRS: around.checkpointDir,
    // What only the simulator can serve is for sale only where the simulator serves.
    SARGALAY_SEED: around.upstream === "simulator" ? "catalogue+simulator" : "catalogue",
  };
  const proxy = (edge: 1 | 2, nats: string) =>
    edgeSpec(around, edge, around.ports[`proxy-${edge}`], nats);
  return {
    "ledger": spec("ledger", "ledger", ledger),
    "ledger-standby": spec("ledger-standby", "ledger", ledger),
    "simulator": spec("simulator", "simulator", {}, 5_000),
    "projections": spec("projections", "projections", {
      DATABASE_URL: databaseUrl,
      NATS_URL: natsUrl,
    }),
    "proxy-1": proxy(1, natsUrl),
    "proxy-2": proxy(2, around.natsWebSocketUrl ?? natsUrl),
    "web": spec("web", "web", {
      DATABASE_URL: databaseUrl,
      SARGALAY_PROXY_URL: url("proxy-1"),
      SARGALAY_LEDGER_URL: url("ledger"),
      SARGALAY_PROJECTIONS_URL: url("projections"),
      SARGALAY_SESSION_SECRET: around.sessionSecret,
      SARGALAY_DEMO_USERS: JSON.stringify(around.users),
    }),
  };
}

/** What to run for the proxies beyond the second, over TCP. */
export function planMoreEdges(around: Surroundings): RoomSpec[] {
  return (around.morePorts ?? [])
    .map((port, index) => edgeSpec(around, index + 3, port, around.natsUrl));
}

function edgeSpec(around: Surroundings, edge: number, port: number, nats: string): RoomSpec {
  const simulatorUrl = urlOf(around, "simulator");
  const upstream: Record<string, string> = around.upstream === "environment"
    ? { SARGALAY_SIMULATOR_URL: simulatorUrl }
    // Empty settings count as absent: a provider's key in the environment must not be used.
    : { SARGALAY_SIMULATOR_URL: simulatorUrl, SARGALAY_UPSTREAMS: "", OPENAI_API_KEY: "" };
  const env = {
    NATS_URL: nats,
    SARGALAY_EDGE_ID: `edge-${edge}`,
    SARGALAY_MASTER_KEYS: around.masterKeys,
    ...upstream,
  };
  // Its open settlements are waited for.
  return specOf(around, { name: `proxy-${edge}`, room: "proxy", port, env }, 40_000);
}

function specOf(
  around: Surroundings,
  { name, room, port, env }: {
    readonly name: ProcessName | EdgeName;
    readonly room: Room;
    readonly port: number;
    readonly env: Readonly<Record<string, string>>;
  },
  stopTimeoutMs = 20_000,
): RoomSpec {
  return {
    name,
    url: `http://127.0.0.1:${port}`,
    args: taskArguments(room).map((argument) =>
      argument.replace(/^--allow-write=.*/, `--allow-write=${around.checkpointDir}`)
    ),
    env: {
      SARGALAY_HOST: "127.0.0.1",
      SARGALAY_SHARDS: String(around.shards),
      SARGALAY_SERVICE_SECRET: around.serviceSecret,
      [`SARGALAY_${room.toUpperCase()}_PORT`]: String(port),
      ...env,
      ...around.extraEnv[name],
    },
    stopTimeoutMs,
  };
}

function urlOf(around: Surroundings, name: ProcessName): string {
  return `http://127.0.0.1:${around.ports[name]}`;
}

/** The task's own command, so that a room has the same permissions here as alone. */
function taskArguments(room: Room): string[] {
  return deno.tasks[room].split(" ").slice(1);
}
