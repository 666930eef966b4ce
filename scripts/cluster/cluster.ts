/**
 * The production shape on one machine: servers and rooms as separate local processes.
 *
 * @module
 */

import { createEffects, platformOf } from "../../shared/effects.ts";
import {
  DEMO_ACCOUNT_ID,
  demoUsers,
  ensureCheckpointKey,
  ensureMasterKeys,
  loadSecrets,
  readDemo,
} from "../demo/mod.ts";
import { freePort } from "../provision/mod.ts";
import { type ClusterDemo, seedCluster } from "./demo.ts";
import { openFolder } from "./folder.ts";
import {
  type ClusterPorts,
  type EnvByProcess,
  planMoreEdges,
  planProcesses,
  PROCESS_NAMES,
  type ProcessName,
} from "./plan.ts";
import {
  createRoomProcess,
  type RoomProcess,
  type RoomSpec,
  type UnexpectedEnd,
} from "./room_process.ts";
import { type ClusterServers, startServers } from "./servers.ts";

/** How a cluster is set up; everything has a default. */
export interface ClusterOptions {
  /** Keeps all data, so that a later start goes on; when absent, temporary and removed by `stop`. */
  readonly dataDir?: string;
  /** Where processes listen; a free port where absent or 0. */
  readonly ports?: Partial<ClusterPorts>;
  /** Where PostgreSQL listens; a free port when absent or 0. */
  readonly postgresPort?: number;
  /** Where nats-server listens; a free port when absent or 0. */
  readonly natsPort?: number;
  /** A database to use in place of a PostgreSQL of its own. */
  readonly databaseUrl?: string;
  /** A NATS to use in place of a nats-server of its own. */
  readonly natsUrl?: string;
  /** Signs the calls between rooms, at least 32 characters; made and kept when absent. */
  readonly serviceSecret?: string;
  /** How many shards the deployment has; 1 when absent. */
  readonly shards?: number;
  /** Whether the providers that the environment names are used; `simulator` when absent. */
  readonly upstream?: "simulator" | "environment";
  /** Whether commits wait for the disk; false when absent. */
  readonly fsync?: boolean;
  /** More settings by process. */
  readonly env?: EnvByProcess;
  /** Processes that are not started with the others. */
  readonly without?: readonly ProcessName[];
  /** How many proxies there are, at least 2; 2 when absent. */
  readonly edges?: number;
  /** Milliseconds in which each process must be healthy; 60,000 when absent. */
  readonly startTimeoutMs?: number;
  /** Receives a line for each step; dropped when absent. */
  readonly log?: (line: string) => void;
  /** Told of a process that ended by itself; nothing is started again. */
  readonly onUnexpectedEnd?: (end: UnexpectedEnd) => void;
}

/** A cluster that serves. */
export interface RunningCluster {
  readonly processes: Readonly<Record<ProcessName, RoomProcess>>;
  /** The proxies beyond the second. */
  readonly moreEdges: readonly RoomProcess[];
  readonly servers: ClusterServers;
  /** What `demo.json` says; its process ids are those of the start. */
  readonly demo: ClusterDemo;
  /** The path of `demo.json`. */
  readonly demoFile: string;
  readonly serviceSecret: string;
  /** Stops everything, the proxies first; names the processes that had to be killed. Idempotent. */
  stop(): Promise<readonly string[]>;
}

/** Who stops together, in this order: first no new calls, last what others rest on. */
const stopOrder: readonly (readonly ProcessName[])[] = [
  ["proxy-1", "proxy-2"],
  ["web"],
  ["projections", "ledger-standby"],
  ["ledger"],
  ["simulator"],
];

/** Starts the cluster with demo data; when that fails, stops what runs already and throws. */
export async function startCluster(options: ClusterOptions = {}): Promise<RunningCluster> {
  const log = options.log ?? (() => {});
  const effects = createEffects(platformOf(globalThis));
  const folder = await openFolder(options.dataDir ?? null);
  let servers: ClusterServers | null = null;
  let rooms: Rooms | null = null;
  const stop = async () => {
    const killed = rooms === null ? [] : await stopProcesses(rooms, log);
    await servers?.stop();
    await folder.close();
    return killed;
  };
  try {
    servers = await startServers({
      dataDir: folder.path,
      databaseUrl: options.databaseUrl ?? null,
      natsUrl: options.natsUrl ?? null,
      postgresPort: options.postgresPort ?? 0,
      natsPort: options.natsPort ?? 0,
      fsync: options.fsync ?? false,
      log,
    });
    log(`postgres        ${servers.databaseUrl.replace(/\/\/[^@/]*@/, "//")}`);
    log(`nats            ${servers.natsUrl.replace(/\/\/[^@/]*@/, "//")}`);
    const secrets = await loadSecrets(folder.path, effects.random);
    const serviceSecret = options.serviceSecret ?? secrets.serviceSecret;
    await ensureCheckpointKey(`${folder.path}/checkpoint-key`, effects.random);
    const masterKeys = await ensureMasterKeys(`${folder.path}/master-keys`, effects.random);
    const demoFile = `${folder.path}/demo.json`;
    const earlier = await readDemo(demoFile);
    const users = earlier?.users ?? demoUsers(effects.random, DEMO_ACCOUNT_ID);
    rooms = createProcesses(folder.path, options, {
      servers,
      secrets: { ...secrets, serviceSecret },
      masterKeys,
      users,
    });
    await startProcesses(rooms, options.without ?? [], log);
    const { processes, moreEdges } = rooms;
    const demo = await seedCluster({
      demoFile,
      serviceSecret,
      processes,
      moreEdges,
      servers,
      users,
      clock: effects.clock,
      knownKey: earlier?.apiKey ?? null,
    });
    let stopping: ReturnType<typeof stop> | null = null;
    return {
      processes,
      moreEdges,
      servers,
      demo,
      demoFile,
      serviceSecret,
      stop: () => stopping ??= stop(),
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

interface Rooms {
  readonly processes: Readonly<Record<ProcessName, RoomProcess>>;
  readonly moreEdges: readonly RoomProcess[];
}

function createProcesses(
  folder: string,
  options: ClusterOptions,
  { servers, secrets, masterKeys, users }: {
    readonly servers: ClusterServers;
    readonly secrets: Awaited<ReturnType<typeof loadSecrets>>;
    readonly masterKeys: string;
    readonly users: ReturnType<typeof demoUsers> | ClusterDemo["users"];
  },
): Rooms {
  const ports = mapNames((name) => options.ports?.[name] || freePort());
  const morePorts = Array.from({ length: Math.max(0, (options.edges ?? 2) - 2) }, freePort);
  const around = {
    ...servers,
    ...secrets,
    ports,
    masterKeys,
    checkpointKeyFile: `${folder}/checkpoint-key`,
    checkpointDir: `${folder}/checkpoints`,
    users,
    shards: options.shards ?? 1,
    upstream: options.upstream ?? "simulator",
    extraEnv: options.env ?? {},
    morePorts,
  };
  const plan = planProcesses(around);
  const create = (spec: RoomSpec) =>
    createRoomProcess(spec, {
      logFile: `${folder}/logs/${spec.name}.log`,
      startTimeoutMs: options.startTimeoutMs ?? 60_000,
      onUnexpectedEnd: options.onUnexpectedEnd ?? (() => {}),
    });
  return {
    processes: mapNames((name) => create(plan[name])),
    moreEdges: planMoreEdges(around).map(create),
  };
}

async function startProcesses(
  { processes, moreEdges }: Rooms,
  without: readonly ProcessName[],
  log: (line: string) => void,
): Promise<void> {
  const start = async (room: RoomProcess) => {
    const before = performance.now();
    await room.start();
    const took = ((performance.now() - before) / 1_000).toFixed(1);
    log(`${room.name.padEnd(15)} ${room.url}  pid ${room.pid}  healthy after ${took} s`);
  };
  // The first ledger brings the database to its newest shape; the others build on that.
  await start(processes.ledger);
  const rest = PROCESS_NAMES.filter((name) => name !== "ledger" && !without.includes(name))
    .map((name) => processes[name]);
  const results = await Promise.allSettled([...rest, ...moreEdges].map(start));
  const failed = results.find((result) => result.status === "rejected");
  if (failed !== undefined) throw failed.reason;
}

async function stopProcesses(
  { processes, moreEdges }: Rooms,
  log: (line: string) => void,
): Promise<string[]> {
  const killed: string[] = [];
  const groups = stopOrder.map((names) => names.map((name) => processes[name]));
  groups[0]?.push(...moreEdges);
  for (const group of groups) {
    await Promise.all(group.map(async (room) => {
      if (room.pid === null) return;
      const obeyed = await room.stop();
      if (!obeyed) killed.push(room.name);
      log(`${room.name.padEnd(15)} ${obeyed ? "stopped" : "did not stop in time and was killed"}`);
    }));
  }
  return killed;
}

function mapNames<Value>(make: (name: ProcessName) => Value): Record<ProcessName, Value> {
  return {
    "ledger": make("ledger"),
    "ledger-standby": make("ledger-standby"),
    "simulator": make("simulator"),
    "projections": make("projections"),
    "proxy-1": make("proxy-1"),
    "proxy-2": make("proxy-2"),
    "web": make("web"),
  };
}
