/** The folder that a cluster keeps its data in. @module */

/** A folder that only one cluster uses. */
export interface Folder {
  readonly path: string;
  /** Gives it free for another cluster; a temporary one is removed. */
  close(): Promise<void>;
}

/** Opens `dataDir`, or a temporary folder when null; throws when another cluster uses it. */
export async function openFolder(dataDir: string | null): Promise<Folder> {
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
