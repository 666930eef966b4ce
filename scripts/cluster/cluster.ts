/**
 * The production shape on one machine: servers and rooms as separate local processes.
 *
 * @module
 */

import { createEffects, platformOf } from "../../shared/effects.ts";
import { DEMO_ACCOUNT_ID, demoUsers, loadSecrets, readDemo } from "../demo/mod.ts";
import { freePort } from "../provision/mod.ts";
import { type ClusterDemo, seedCluster } from "./demo.ts";
import { type ClusterPorts, planProcesses, PROCESS_NAMES, type ProcessName } from "./plan.ts";
import { createRoomProcess, type RoomProcess, type UnexpectedEnd } from "./room_process.ts";
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
  readonly env?: Readonly<Partial<Record<ProcessName, Readonly<Record<string, string>>>>>;
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
  let processes: Record<ProcessName, RoomProcess> | null = null;
  const stop = async () => {
    const killed = processes === null ? [] : await stopProcesses(processes, log);
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
    const demoFile = `${folder.path}/demo.json`;
    const earlier = await readDemo(demoFile);
    const users = earlier?.users ?? demoUsers(effects.random, DEMO_ACCOUNT_ID);
    processes = createProcesses(folder.path, options, {
      servers,
      secrets: { ...secrets, serviceSecret },
      users,
    });
    await startProcesses(processes, log);
    const demo = await seedCluster({
      demoFile,
      serviceSecret,
      processes,
      servers,
      users,
      clock: effects.clock,
      knownKey: earlier?.apiKey ?? null,
    });
    let stopping: ReturnType<typeof stop> | null = null;
    return {
      processes,
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

function createProcesses(
  folder: string,
  options: ClusterOptions,
  { servers, secrets, users }: {
    readonly servers: ClusterServers;
    readonly secrets: Awaited<ReturnType<typeof loadSecrets>>;
    readonly users: ReturnType<typeof demoUsers> | ClusterDemo["users"];
  },
): Record<ProcessName, RoomProcess> {
  const ports = mapNames((name) => options.ports?.[name] || freePort());
  const plan = planProcesses({
    ...servers,
    ...secrets,
    ports,
    users,
    shards: options.shards ?? 1,
    upstream: options.upstream ?? "simulator",
    extraEnv: options.env ?? {},
  });
  return mapNames((name) =>
    createRoomProcess(plan[name], {
      logFile: `${folder}/logs/${name}.log`,
      startTimeoutMs: options.startTimeoutMs ?? 60_000,
      onUnexpectedEnd: options.onUnexpectedEnd ?? (() => {}),
    })
  );
}

async function startProcesses(
  processes: Readonly<Record<ProcessName, RoomProcess>>,
  log: (line: string) => void,
): Promise<void> {
  const start = async (name: ProcessName) => {
    const room = processes[name];
    const before = performance.now();
    await room.start();
    const took = ((performance.now() - before) / 1_000).toFixed(1);
    log(`${name.padEnd(15)} ${room.url}  pid ${room.pid}  healthy after ${took} s`);
  };
  // The first ledger brings the database to its newest shape; the others build on that.
  await start("ledger");
  const rest = PROCESS_NAMES.filter((name) => name !== "ledger");
  const results = await Promise.allSettled(rest.map(start));
  const failed = results.find((result) => result.status === "rejected");
  if (failed !== undefined) throw failed.reason;
}

async function stopProcesses(
  processes: Readonly<Record<ProcessName, RoomProcess>>,
  log: (line: string) => void,
): Promise<string[]> {
  const killed: string[] = [];
  for (const group of stopOrder) {
    await Promise.all(group.map(async (name) => {
      const room = processes[name];
      if (room.pid === null) return;
      const obeyed = await room.stop();
      if (!obeyed) killed.push(name);
      log(`${name.padEnd(15)} ${obeyed ? "stopped" : "did not stop in time and was killed"}`);
    }));
  }
  return killed;
}

interface Folder {
  readonly path: string;
  /** Gives it free for another cluster; a temporary one is removed. */
  close(): Promise<void>;
}

async function openFolder(dataDir: string | null): Promise<Folder> {
  const temporary = dataDir === null;
  const path = dataDir ?? await Deno.makeTempDir({ prefix: "sargalay-cluster-" });
  await Deno.mkdir(`${path}/logs`, { recursive: true });
  // PostgreSQL runs as another user when this process is the superuser.
  if (temporary) await Deno.chmod(path, 0o755);
  const lock = await Deno.open(`${path}/lock`, { create: true, write: true });
  if (!await lock.tryLock(true)) {
    lock.close();
    throw new Error(`another cluster uses ${path}; stop it or set SARGALAY_DATA_DIR`);
  }
  return {
    path: await Deno.realPath(path),
    async close() {
      lock.close();
      if (temporary) await Deno.remove(path, { recursive: true });
    },
  };
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
