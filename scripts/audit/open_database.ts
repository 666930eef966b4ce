/** The ledger's database for audit commands. @module */
import {
  type LedgerDatabase,
  lockDataDir,
  openPglite,
  openPostgres,
} from "../../ledger/store/mod.ts";

/** A database that is open. */
export interface OpenedDatabase {
  readonly database: LedgerDatabase;
  /** For people, without passwords. */
  readonly where: string;
  close(): Promise<void>;
}

/**
 * Opens `DATABASE_URL`, also while the product runs, or else the embedded data folder
 * `SARGALAY_DATA_DIR` (default `.data`) while it does not. Throws when neither is there, or when
 * somebody else has the folder.
 */
export async function openLedgerDatabase(): Promise<OpenedDatabase> {
  const url = Deno.env.get("DATABASE_URL");
  if (url) {
    const settings = { maxConnections: 3, statementTimeoutMs: 600_000 };
    const database = await openPostgres(url, settings);
    return { database, where: new URL(url).host, close: () => database.destroy() };
  }
  const dataDir = Deno.env.get("SARGALAY_DATA_DIR") || ".data";
  if (await Deno.stat(`${dataDir}/pglite/PG_VERSION`).catch(() => null) === null) {
    throw new Error(`DATABASE_URL is not set and ${dataDir} holds no database`);
  }
  const holder = { pid: Deno.pid, host: Deno.hostname(), startedAtMs: Date.now() };
  const lock = await lockDataDir(dataDir, holder);
  try {
    const database = await openPglite(`${dataDir}/pglite`);
    const close = async () => {
      await database.destroy();
      lock.release();
    };
    return { database, where: dataDir, close };
  } catch (error) {
    lock.release();
    throw error;
  }
}
