/** One process at a time on an embedded data folder. @module */

/** Who opens a folder, written into its lock for whoever comes second. */
export interface LockHolder {
  readonly pid: number;
  readonly host: string;
  /** Epoch milliseconds. */
  readonly startedAtMs: number;
}

/** A held lock; `release` is idempotent. The operating system releases it when the process dies. */
export interface DataDirLock {
  release(): void;
}

/** The folder is another process's. */
export class DataDirInUseError extends Error {
  constructor(readonly dataDir: string, holder: string) {
    super(
      `the data folder ${dataDir} is in use by ${holder}: stop that process, or set ` +
        "SARGALAY_DATA_DIR to another folder",
    );
    this.name = "DataDirInUseError";
  }
}

/**
 * Takes the exclusive lock on a data folder, which it creates where missing. Throws
 * {@link DataDirInUseError}, naming the holder, when another process has it.
 */
export async function lockDataDir(dataDir: string, holder: LockHolder): Promise<DataDirLock> {
  await Deno.mkdir(dataDir, { recursive: true });
  const path = `${dataDir}/lock`;
  const file = await Deno.open(path, { read: true, write: true, create: true });
  try {
    if (!(await file.tryLock(true))) {
      throw new DataDirInUseError(dataDir, describe(await Deno.readTextFile(path)));
    }
    await file.truncate(0);
    await file.write(new TextEncoder().encode(JSON.stringify(holder) + "\n"));
    await file.syncData();
  } catch (error) {
    file.close();
    throw error;
  }
  let held = true;
  return {
    release() {
      if (!held) return;
      held = false;
      // The file stays: removing it would let two processes lock two files of one name.
      file.truncateSync(0);
      file.close();
    },
  };
}

function describe(text: string): string {
  try {
    const { pid, host, startedAtMs }: Partial<LockHolder> = JSON.parse(text);
    if (typeof pid !== "number" || typeof startedAtMs !== "number") throw new TypeError();
    return `process ${pid} on ${host} since ${new Date(startedAtMs).toISOString()}`;
  } catch {
    // The holder is about to write its name, or just took it out.
    return "a process that starts or stops right now";
  }
}
