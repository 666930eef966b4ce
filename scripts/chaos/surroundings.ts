/** The cluster under test: servers, relays before them, and the processes. @module */
import postgres from "postgres";
import { type RoomProcess, type RunningCluster, startCluster } from "../cluster/mod.ts";
import {
  createDatabase,
  type NatsServer,
  type PostgresServer,
  startNats,
  startPostgres,
} from "../provision/mod.ts";
import { mountSmallDisk, type SmallDisk } from "./disk.ts";
import { type Relay, startRelay } from "./relay.ts";

/** A proxy. */
export interface Edge {
  /** As holds name it, such as `edge-1`. */
  readonly edgeId: string;
  readonly process: RoomProcess;
}

/** Everything that faults and traffic work on. */
export interface Surroundings {
  readonly cluster: RunningCluster;
  readonly edges: readonly Edge[];
  readonly postgres: PostgresServer;
  /** The cluster's database, straight from the server. */
  readonly databaseUrl: string;
  readonly nats: NatsServer;
  readonly relays: readonly Relay[];
  /** What PostgreSQL lives on; null where the machine does not allow it. */
  readonly disk: SmallDisk | null;
  /** Faults that this machine does not allow, with the reason. */
  readonly notTried: readonly string[];
  /** Where logs and data are. */
  readonly folder: string;
  close(): Promise<void>;
}

/** How the cluster is set up. */
export interface SurroundingsOptions {
  readonly edges: number;
  readonly diskMegabytes: number;
  readonly log: (line: string) => void;
  /** Told of a process that ended although nobody killed it. */
  readonly onUnexpectedEnd: (name: string, output: string) => void;
}

/** How long a hold lives without an extension, in milliseconds: progress comes three times as often. */
export const HOLD_TTL_MS = 6_000;

const EDGE_LIMITS = {
  SARGALAY_HOLD_TTL_MS: `${HOLD_TTL_MS}`,
  SARGALAY_PROXY_FIRST_BYTE_MS: "4000",
  SARGALAY_PROXY_IDLE_MS: "4000",
};

/** Brings everything up; when that fails, takes down what runs and throws. */
export async function createSurroundings(options: SurroundingsOptions): Promise<Surroundings> {
  const folder = await Deno.makeTempDir({ prefix: "sargalay-chaos-" });
  await Deno.chmod(folder, 0o755);
  const closers: (() => Promise<unknown>)[] = [() => Deno.remove(folder, { recursive: true })];
  const close = async () => {
    for (const closer of closers.splice(0).reverse()) await closer();
  };
  try {
    await Deno.mkdir(`${folder}/postgres`);
    const { disk, problem } = await mountSmallDisk(`${folder}/postgres`, options.diskMegabytes);
    if (disk !== null) closers.push(() => disk.unmount());
    const database = await startPostgres({ dataDir: `${folder}/postgres`, maxConnections: 200 });
    closers.push(() => database.stop());
    const { url: databaseUrl } = await createDatabase(database.url);
    await keepLogSmall(databaseUrl);
    const nats = await startNats({ dataDir: `${folder}/nats` });
    closers.push(() => nats.stop());
    const { relays, env } = relaysFor(options.edges, databaseUrl, nats);
    for (const relay of relays) closers.push(() => relay.close());
    const cluster = await startCluster({
      dataDir: `${folder}/cluster`,
      databaseUrl,
      natsUrl: nats.url,
      edges: options.edges,
      without: ["web"],
      env,
      startTimeoutMs: 90_000,
      log: options.log,
      onUnexpectedEnd: ({ name, output }) => options.onUnexpectedEnd(name, output),
    });
    closers.push(() => cluster.stop());
    const { "proxy-1": first, "proxy-2": second } = cluster.processes;
    return {
      cluster,
      edges: [first, second, ...cluster.moreEdges]
        .map((process, index) => ({ edgeId: `edge-${index + 1}`, process })),
      postgres: database,
      databaseUrl,
      nats,
      relays,
      disk,
      notTried: problem === null ? [] : [`full disk (${problem})`],
      folder,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Every process reaches the servers through relays of its own, so that each link can fail alone. */
function relaysFor(edges: number, databaseUrl: string, nats: NatsServer) {
  const relays: Relay[] = [];
  const through = (name: string, to: string): string => {
    const url = new URL(to);
    const relay = startRelay(name, parseInt(url.port, 10));
    relays.push(relay);
    url.port = `${relay.port}`;
    return url.href.replace(/\/$/, "");
  };
  const env: Record<string, Record<string, string>> = {};
  for (const name of ["ledger", "ledger-standby", "projections"]) {
    env[name] = {
      DATABASE_URL: through(`${name}→postgres`, databaseUrl),
      NATS_URL: through(`${name}→nats`, nats.url),
    };
  }
  for (let edge = 1; edge <= edges; edge++) {
    // The second one is on WebSocket, so that both ways to the server are in use.
    const url = edge === 2 ? nats.wsUrl : nats.url;
    env[`proxy-${edge}`] = { ...EDGE_LIMITS, NATS_URL: through(`proxy-${edge}→nats`, url) };
  }
  return { relays, env };
}

/** A small disk has no room for a gigabyte of write-ahead log. */
async function keepLogSmall(databaseUrl: string): Promise<void> {
  const sql = postgres(databaseUrl, { max: 1, onnotice: () => {} });
  try {
    await sql`alter system set min_wal_size = '32MB'`;
    await sql`alter system set max_wal_size = '96MB'`;
    await sql`select pg_reload_conf()`;
  } finally {
    await sql.end({ timeout: 5 });
  }
}
