/**
 * A PostgreSQL server of one's own: found on the machine, installed, or in a container.
 *
 * @module
 */

import postgres from "postgres";
import { findProgram, isRoot, runCommand } from "./command.ts";
import { createContainer, findDocker } from "./container.ts";
import { POSTGRES_IMAGE } from "./images.ts";
import { installPackage, type Log, logToStderr } from "./packages.ts";
import { freePort } from "./ports.ts";
import { createProcess } from "./process.ts";
import { type Service, startUntilReady } from "./service.ts";

/** How a server is set up. */
export interface PostgresOptions {
  /** Whether commits wait for the disk; false when absent. kill -9 is survived either way. */
  readonly fsync?: boolean;
  /** The most connections at a time; 100 when absent. */
  readonly maxConnections?: number;
  /** Where to listen on 127.0.0.1; a free port when absent. */
  readonly port?: number;
  /** A folder to keep the data in; when absent, a temporary one that `stop` removes. */
  readonly dataDir?: string;
  /** Receives what takes long; standard error when absent. */
  readonly log?: Log;
}

/** A running server, its superuser `postgres` without a password. */
export interface PostgresServer {
  /** The connection string of its database `postgres`. */
  readonly url: string;
  /** The same; may create databases and roles. */
  readonly adminUrl: string;
  readonly port: number;
  /** Shuts it down in good order; a temporary data folder is removed. Idempotent. */
  stop(): Promise<void>;
  /** Ends it by `signal` (SIGKILL when absent) and waits until it is gone; the data stays. */
  kill(signal?: Deno.Signal): Promise<void>;
  /** Starts it again on the same port and data, ending it by SIGINT first if it runs. */
  restart(): Promise<void>;
}

/** The programs a local server needs. */
export interface PostgresPrograms {
  readonly initdb: string;
  readonly postgres: string;
}

const nobody = 65_534;

/** Finds initdb and postgres in PATH or in Debian's folders, the newest first; null without. */
export function findPostgres(): PostgresPrograms | null {
  const initdb = findProgram(["initdb"], debianFolders());
  const server = findProgram(["postgres"], debianFolders());
  return initdb === null || server === null ? null : { initdb, postgres: server };
}

/**
 * Finds PostgreSQL or installs it. Returns its programs, or docker's path to run it in a container;
 * throws an error that says what to install.
 */
export async function providePostgres(
  log: Log = logToStderr,
): Promise<PostgresPrograms | { readonly docker: string }> {
  const found = findPostgres();
  if (found !== null) return found;
  const problem = await installPackage("postgresql", log);
  const installed = findPostgres();
  if (installed !== null) return installed;
  const docker = await findDocker();
  if (docker !== null) return { docker };
  throw new Error(
    "PostgreSQL was not found. Install it (Debian: apt-get install postgresql), start docker, or " +
      `set DATABASE_URL to a server on which databases may be created. (${problem})`,
  );
}

/** Starts a server on 127.0.0.1 and waits until it answers; throws when it does not in time. */
export async function startPostgres(options: PostgresOptions = {}): Promise<PostgresServer> {
  const log = options.log ?? logToStderr;
  const programs = await providePostgres(log);
  const port = options.port ?? freePort();
  const url = `postgres://postgres@127.0.0.1:${port}/postgres`;
  const temporary = options.dataDir === undefined && !("docker" in programs);
  const dataDir = options.dataDir ??
    (temporary ? await Deno.makeTempDir({ prefix: "sargalay-postgres-" }) : null);
  const discard = async () => {
    if (!temporary || dataDir === null) return;
    await Deno.remove(dataDir, { recursive: true }).catch(ignoreMissing);
  };
  const service = "docker" in programs
    ? containerOf(programs.docker, port, dataDir, options)
    : await localServer(programs, port, dataDir ?? "", options);
  const start = () => startUntilReady(service, { name: "PostgreSQL", probe: () => probe(url) });
  await start().catch(async (error) => {
    await service.discard();
    await discard();
    throw error;
  });
  return {
    url,
    adminUrl: url,
    port,
    async stop() {
      await service.end("SIGINT");
      await service.discard();
      await discard();
    },
    kill: (signal = "SIGKILL") => service.end(signal),
    async restart() {
      await service.end("SIGINT");
      await start();
    },
  };
}

async function localServer(
  programs: PostgresPrograms,
  port: number,
  dataDir: string,
  options: PostgresOptions,
): Promise<Service> {
  // The server refuses to run as root.
  const identity = isRoot() ? { uid: nobody, gid: nobody } : {};
  const data = await Deno.realPath(await ensureFolder(dataDir));
  if (isRoot()) await Deno.chown(data, nobody, nobody);
  if (!await exists(`${data}/PG_VERSION`)) {
    const args = ["-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8"];
    const { code, output } = await runCommand(programs.initdb, [...args, "--no-sync"], {
      ...identity,
      cwd: "/",
    });
    if (code !== 0) {
      const hint = isRoot() ? ` (it runs as uid ${nobody}, which must be able to reach it)` : "";
      throw new Error(`initdb in ${data} failed${hint}: ${output.slice(-1_000)}`);
    }
  }
  const args = ["-D", data, "-p", String(port), ...settings(options)];
  return createProcess({
    program: programs.postgres,
    args: [...args, "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories="],
    cwd: "/",
    ...identity,
  });
}

function containerOf(
  docker: string,
  port: number,
  dataDir: string | null,
  options: PostgresOptions,
): Service {
  return createContainer(docker, {
    image: POSTGRES_IMAGE,
    args: settings(options),
    env: { POSTGRES_HOST_AUTH_METHOD: "trust" },
    ports: new Map([[5432, port]]),
    mount: dataDir === null ? null : { from: dataDir, to: "/var/lib/postgresql/data" },
  });
}

function settings({ fsync = false, maxConnections = 100 }: PostgresOptions): string[] {
  const durability = fsync ? [] : ["fsync=off", "full_page_writes=off"];
  return [`max_connections=${maxConnections}`, "shared_buffers=128MB", ...durability]
    .flatMap((setting) => ["-c", setting]);
}

async function probe(url: string): Promise<void> {
  const sql = postgres(url, { max: 1, connect_timeout: 5, onnotice: () => {} });
  try {
    await sql`select 1`;
  } finally {
    await sql.end({ timeout: 1 });
  }
}

function debianFolders(): string[] {
  const root = "/usr/lib/postgresql";
  try {
    return [...Deno.readDirSync(root)].map(({ name }) => name)
      .sort((a, b) => b.localeCompare(a, "en", { numeric: true }))
      .map((version) => `${root}/${version}/bin`);
  } catch {
    return [];
  }
}

async function ensureFolder(path: string): Promise<string> {
  await Deno.mkdir(path, { recursive: true });
  return path;
}

async function exists(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}

function ignoreMissing(error: unknown): void {
  if (!(error instanceof Deno.errors.NotFound)) throw error;
}
