/**
 * `deno task rebuild <name|all>`: computes projections again from the first event on, beside the live
 * ones, and swaps them in. Rows that differ from the live ones at the same position are refused with
 * an error, unless `--accept-different` is given. `--rollback` swaps back the rows that the last rebuild replaced, and
 * `--cancel` ends rebuilds that run, in whichever process. Works on `DATABASE_URL`, also while the
 * product runs, or else on the embedded data folder `SARGALAY_DATA_DIR` (default `.data`) while it
 * does not.
 *
 * @module
 */

import { type Kysely, sql } from "kysely";
import { lockDataDir, openPglite } from "../ledger/store/mod.ts";
import { ALL_PROJECTIONS } from "../projections/all.ts";
import { openDatabase } from "../projections/database.ts";
import type { Projection } from "../projections/projection/mod.ts";
import {
  comparisonText,
  progressLine,
  type RebuildProgress,
  startRebuild,
  startRollback,
} from "../projections/rebuild/mod.ts";
import { listJobs, prepareSchema, requestCancel } from "../projections/runner/mod.ts";
import { createEffects, platformOf } from "../shared/effects.ts";

interface Opened {
  readonly db: Kysely<unknown>;
  close(): Promise<void>;
}

const FLAGS = ["--accept-different", "--cancel", "--rollback"];
const USAGE = `deno task rebuild <name|all> [${FLAGS.join("|")}]`;

if (import.meta.main) {
  try {
    await main(Deno.args);
  } catch (error) {
    console.error(`\nrebuild: ${error instanceof Error ? error.message : error}`);
    Deno.exit(1);
  }
}

async function main(args: readonly string[]): Promise<void> {
  const flags = args.filter((each) => each.startsWith("--"));
  const chosen = chosenOf(args.filter((each) => !each.startsWith("--")));
  if (flags.length > 1 || flags.some((each) => !FLAGS.includes(each))) {
    throw new Error(`${flags.join(" ")} is not known: ${USAGE}`);
  }
  const { db, close } = await open();
  try {
    const shards = await shardsOf(db);
    await prepareSchema(db, ALL_PROJECTIONS, shards);
    for (const projection of chosen) {
      if (flags[0] === "--cancel") await cancel(db, projection);
      else await run(db, projection, shards, flags[0]);
    }
  } finally {
    await close();
  }
}

function chosenOf(names: readonly string[]): readonly Projection[] {
  const unknown = names.filter((each) =>
    each !== "all" && ALL_PROJECTIONS.every(({ name }) => name !== each)
  );
  if (names.length === 0 || unknown.length > 0) {
    const known = ["all", ...ALL_PROJECTIONS.map(({ name }) => name)].join(", ");
    const problem = unknown.length > 0 ? `no projection ${unknown.join(", ")}` : "no name";
    throw new Error(`${problem}; one of ${known}: ${USAGE}`);
  }
  return ALL_PROJECTIONS.filter(({ name }) => names.includes("all") || names.includes(name));
}

async function cancel(db: Kysely<unknown>, { name }: Projection): Promise<void> {
  const job = await requestCancel(db, name);
  console.log(
    job === null
      ? `${name.padEnd(12)} nothing to cancel`
      : `${name.padEnd(12)} asked to end in ${job.phase}`,
  );
}

/** Rebuilds or rolls back one projection; the first interruption by the keyboard cancels it. */
async function run(
  db: Kysely<unknown>,
  projection: Projection,
  shards: number,
  flag: string | undefined,
): Promise<void> {
  const interrupted = new AbortController();
  const onInterrupt = () => interrupted.abort();
  Deno.addSignalListener("SIGINT", onInterrupt);
  const show = shower(projection.name);
  try {
    const start = flag === "--rollback" ? startRollback : startRebuild;
    const { job, finished } = await start({
      db,
      projection,
      shards,
      effects: createEffects(platformOf(globalThis)),
      requestedBy: "system:command-line",
      acceptDifferent: flag === "--accept-different",
      signal: interrupted.signal,
      onProgress: show,
    });
    const [ended] = await Promise.allSettled([finished]);
    if (ended.status === "fulfilled") show(ended.value, true);
    const jobs = await listJobs(db, projection.name, { limit: 10 });
    const text = comparisonText(jobs.find(({ jobId }) => jobId === job.jobId) ?? job);
    if (text !== null) console.log(`${"".padEnd(12)} ${text}`);
    if (ended.status === "rejected") throw ended.reason;
  } finally {
    Deno.removeSignalListener("SIGINT", onInterrupt);
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
  const terminal = Deno.stdout.isTerminal();
  let shownMs = -Infinity;
  let phase = "";
  return (progress: RebuildProgress, last = false) => {
    const nowMs = performance.now();
    const due = last || progress.phase !== phase && progress.phase !== "done";
    if (!due && nowMs - shownMs < (terminal ? 100 : 2_000)) return;
    shownMs = nowMs;
    phase = progress.phase;
    const line = progressLine(name, progress);
    const text = terminal ? `\r\x1b[2K${line}${last ? "\n" : ""}` : `${line}\n`;
    Deno.stdout.writeSync(new TextEncoder().encode(text));
  };
}
