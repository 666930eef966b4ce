/**
 * `deno task rebuild <name|all>`: computes projections again from the first event on, beside the live
 * ones, and swaps them in. Works on `DATABASE_URL`, also while the product runs, or else on the
 * embedded data folder `SARGALAY_DATA_DIR` (default `.data`) while it does not.
 *
 * @module
 */

import { type Kysely, sql } from "kysely";
import { lockDataDir, openPglite } from "../ledger/store/mod.ts";
import { ALL_PROJECTIONS } from "../projections/all.ts";
import { openDatabase } from "../projections/database.ts";
import { progressLine, rebuild } from "../projections/rebuild/mod.ts";
import { prepareSchema } from "../projections/runner/mod.ts";

interface Opened {
  readonly db: Kysely<unknown>;
  close(): Promise<void>;
}

if (import.meta.main) {
  try {
    await main(Deno.args);
  } catch (error) {
    console.error(`\nrebuild: ${error instanceof Error ? error.message : error}`);
    Deno.exit(1);
  }
}

async function main(names: readonly string[]): Promise<void> {
  const chosen = ALL_PROJECTIONS.filter(({ name }) =>
    names.includes("all") || names.includes(name)
  );
  const unknown = names.filter((each) =>
    each !== "all" && ALL_PROJECTIONS.every(({ name }) => name !== each)
  );
  if (names.length === 0 || unknown.length > 0) {
    const known = ["all", ...ALL_PROJECTIONS.map(({ name }) => name)].join(", ");
    throw new Error(
      `${unknown.length > 0 ? `no projection ${unknown.join(", ")}` : "no name"}; one of ${known}`,
    );
  }
  const { db, close } = await open();
  try {
    const shards = await shardsOf(db);
    await prepareSchema(db, ALL_PROJECTIONS, shards);
    for (const projection of chosen) {
      const show = shower(projection.name);
      const owner = `rebuild-${crypto.randomUUID()}`;
      show(await rebuild({ db, projection, shards, owner, onProgress: show }), true);
    }
  } finally {
    await close();
  }
}

async function open(): Promise<Opened> {
  const url = Deno.env.get("DATABASE_URL");
  if (url) {
    const db = openDatabase(url, 3);
    return { db, close: () => db.destroy() };
  }
  const dataDir = Deno.env.get("SARGALAY_DATA_DIR") || ".data";
  if (await Deno.stat(`${dataDir}/pglite/PG_VERSION`).catch(() => null) === null) {
    throw new Error(`DATABASE_URL is not set and ${dataDir} holds no database: nothing to rebuild`);
  }
  const holder = { pid: Deno.pid, host: Deno.hostname(), startedAtMs: Date.now() };
  const lock = await lockDataDir(dataDir, holder);
  try {
    const database = await openPglite(`${dataDir}/pglite`);
    return {
      // The projections name their tables themselves.
      db: database as unknown as Kysely<unknown>,
      async close() {
        await database.destroy();
        lock.release();
      },
    };
  } catch (error) {
    lock.release();
    throw error;
  }
}

async function shardsOf(db: Kysely<unknown>): Promise<number> {
  const { rows } = await sql<{ shards: number }>`select shards from ledger.deployment`.execute(db);
  return rows[0]?.shards ?? 1;
}

/** Shows progress: over the same line on a terminal, else a line every two seconds. */
function shower(name: string) {
  const startedMs = performance.now();
  const terminal = Deno.stdout.isTerminal();
  let shownMs = -Infinity;
  return (progress: { done: bigint; total: bigint }, last = false) => {
    const nowMs = performance.now();
    if (!last && nowMs - shownMs < (terminal ? 100 : 2_000)) return;
    shownMs = nowMs;
    const line = progressLine(name, progress, nowMs - startedMs);
    const text = terminal ? `\r\x1b[2K${line}${last ? "\n" : ""}` : `${line}\n`;
    Deno.stdout.writeSync(new TextEncoder().encode(text));
  };
}
