/**
 * PostgreSQL and nats-server for the cluster: its own, or those that the settings name.
 *
 * @module
 */

import postgres from "postgres";
import {
  type NatsServer,
  type PostgresServer,
  startNats,
  startPostgres,
} from "../provision/mod.ts";

/** Where the servers come from. */
export interface ServersOptions {
  /** Keeps the data in `postgres/` and `nats/`. */
  readonly dataDir: string;
  /** A database to use in place of one's own server; null to start one. */
  readonly databaseUrl: string | null;
  /** A NATS to use in place of one's own server; null to start one. */
  readonly natsUrl: string | null;
  /** 0 for a free port. */
  readonly postgresPort: number;
  /** 0 for a free port. */
  readonly natsPort: number;
  /** Whether commits wait for the disk. */
  readonly fsync: boolean;
  readonly log: (line: string) => void;
}

/** The running servers. */
export interface ClusterServers {
  /** The database of the cluster. */
  readonly databaseUrl: string;
  readonly natsUrl: string;
  /** Null when the NATS is not one's own. */
  readonly natsWebSocketUrl: string | null;
  /** Null when the database is not one's own. */
  readonly postgres: PostgresServer | null;
  /** Null when the NATS is not one's own. */
  readonly nats: NatsServer | null;
  /** Stops one's own. */
  stop(): Promise<void>;
}

/** Starts what is not given; throws when a server does not answer in time. */
export async function startServers(options: ServersOptions): Promise<ClusterServers> {
  const { dataDir, log, fsync } = options;
  let database: PostgresServer | null = null;
  let nats: NatsServer | null = null;
  const stop = async () => {
    await nats?.stop();
    await database?.stop();
  };
  try {
    if (options.databaseUrl === null) {
      const port = options.postgresPort || undefined;
      const data = `${dataDir}/postgres`;
      database = await startPostgres({ dataDir: data, port, maxConnections: 200, fsync, log });
    }
    if (options.natsUrl === null) {
      const port = options.natsPort || undefined;
      nats = await startNats({ dataDir: `${dataDir}/nats`, port, log });
    }
    return {
      databaseUrl: options.databaseUrl ?? await ensureDatabase(database?.url ?? ""),
      natsUrl: options.natsUrl ?? nats?.url ?? "",
      natsWebSocketUrl: nats?.wsUrl ?? null,
      postgres: database,
      nats,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

const databaseName = "sargalay";

/** Creates the cluster's database unless it is there; returns its connection string. */
async function ensureDatabase(serverUrl: string): Promise<string> {
  const sql = postgres(serverUrl, { max: 1, connect_timeout: 10, onnotice: () => {} });
  try {
    const found = await sql`select 1 from pg_database where datname = ${databaseName}`;
    if (found.length === 0) await sql`create database ${sql(databaseName)}`;
  } finally {
    await sql.end({ timeout: 5 });
  }
  const url = new URL(serverUrl);
  url.pathname = `/${databaseName}`;
  return url.href;
}
