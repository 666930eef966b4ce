/** How fast a log is exported and verified. @module */
import { createCheckpointer, createCheckpointStore } from "../../ledger/checkpoint/mod.ts";
import { signingKeyOf } from "../../ledger/integrity/mod.ts";
import { ledgerDomain } from "../../ledger/shard/mod.ts";
import { createEventStore, openPostgres } from "../../ledger/store/mod.ts";
import { createWriter } from "../../ledger/writer/mod.ts";
import { createEffects, platformOf } from "../../shared/effects.ts";
import { silentLog } from "../../shared/log.ts";
import { verifyDirectory } from "../audit/verify_directory.ts";
import { writeExport } from "../audit/exporting/write_export.ts";
import { createDatabase, startPostgres } from "../provision/mod.ts";
import { closedLoop } from "./closed_loop.ts";
import process from "node:process";
import { median } from "./statistics.ts";
import { createBenchLedger } from "./writer_ledger.ts";

const ACCOUNTS = 1_000;
const CLIENTS = 256;
const CHECKPOINT_MS = 5_000;

/** Events a second, medians over the rounds. */
export interface AuditFigures {
  readonly events: number;
  readonly exportEventsPerSecond: number;
  readonly verifyEventsPerSecond: number;
  /** The same for each second of processor time that this process takes. */
  readonly verifyEventsPerCpuSecond: number;
}

/** What is measured, and how often. */
export interface AuditBench {
  readonly rounds: number;
  /** How long the ledger takes calls, to make a log that is worth measuring. */
  readonly fillMs: number;
  readonly report: (line: string) => void;
  /** Where the exports are kept; removed afterwards when absent. */
  readonly keep?: string;
}

/** Fills a ledger on Postgres by real calls, then exports and verifies its log. */
export async function benchAudit(bench: AuditBench): Promise<AuditFigures> {
  const server = await startPostgres({ fsync: true });
  const directory = bench.keep ?? await Deno.makeTempDir({ prefix: "sargalay-bench-" });
  try {
    const { url } = await createDatabase(server.url);
    await fill(url, bench.fillMs);
    await sign(url);
    return await measure(url, directory, bench);
  } finally {
    await server.stop();
    if (bench.keep === undefined) await Deno.remove(directory, { recursive: true });
  }
}

async function fill(url: string, durationMs: number): Promise<void> {
  const ledger = await createBenchLedger(url, ACCOUNTS);
  let next = 0;
  await closedLoop(
    { clients: CLIENTS, durationMs },
    (_client, record) => ledger.pair(next++ % ACCOUNTS, record),
  );
  await ledger.stop();
}

/** Puts a key in force and signs the end of the log. */
async function sign(url: string): Promise<void> {
  const database = await openPostgres(url);
  const store = createEventStore(database);
  const effects = createEffects(platformOf(globalThis));
  const checkpoints = createCheckpointStore(database);
  const writer = createWriter({ store, domain: ledgerDomain, shard: 0, owner: "bench-2", effects });
  await writer.start();
  const checkpointer = createCheckpointer({
    origin: "bench/shard-0",
    keys: { current: signingKeyOf(new Uint8Array(32).fill(1)), former: [] },
    intervalMs: CHECKPOINT_MS,
    checkpoints,
    places: [],
    unverifiedStart: false,
    shard: 0,
    store,
    effects,
    log: silentLog,
    ownership() {
      const { role, owner, epoch } = writer.status();
      return role !== "owner" || epoch === null ? null : { shard: 0, owner, epoch };
    },
    committedPosition: () => writer.status().committedPosition,
    keyInForce: () => writer.readCommitted(({ signing }) => signing.inForce),
    submit: (envelope) => writer.submit(envelope),
  });
  checkpointer.start();
  while (await checkpoints.newest(0) === null) await effects.timers.sleep(50);
  await checkpointer.stop();
  await writer.stop();
  await database.destroy();
}

async function measure(url: string, directory: string, bench: AuditBench): Promise<AuditFigures> {
  const database = await openPostgres(url, { statementTimeoutMs: 600_000 });
  const [exports, verifies, verifiesByCpu]: [number[], number[], number[]] = [[], [], []];
  let events = 0;
  for (let round = 1; round <= bench.rounds; round++) {
    const out = `${directory}/export-${round}`;
    const written = await timed(() =>
      writeExport({ database, shard: 0, from: null, to: null, directory: out })
    );
    const { value: report, seconds, cpuSeconds } = await timed(() => verifyDirectory(out, {}));
    if (!report.ok) throw new Error(`the export does not verify: ${report.first?.message}`);
    events = report.events;
    exports.push(events / written.seconds);
    verifies.push(events / seconds);
    verifiesByCpu.push(events / cpuSeconds);
    bench.report(
      `round ${round}: ${events} events, export ${exports.at(-1)!.toFixed(0)}/s, verify ${
        verifies.at(-1)!.toFixed(0)
      }/s, ${verifiesByCpu.at(-1)!.toFixed(0)} a second of processor time`,
    );
  }
  await database.destroy();
  return {
    events,
    exportEventsPerSecond: median(exports),
    verifyEventsPerSecond: median(verifies),
    verifyEventsPerCpuSecond: median(verifiesByCpu),
  };
}

interface Timed<T> {
  readonly value: T;
  readonly seconds: number;
  readonly cpuSeconds: number;
}

async function timed<T>(work: () => Promise<T>): Promise<Timed<T>> {
  const [startedMs, before] = [performance.now(), process.cpuUsage()];
  const value = await work();
  const { user, system } = process.cpuUsage(before);
  return {
    value,
    seconds: (performance.now() - startedMs) / 1_000,
    cpuSeconds: (user + system) / 1_000_000,
  };
}
