/** Events a second that a rebuild takes in on real Postgres, and that folding alone takes. @module */
import postgres from "postgres";
import { type LedgerDatabase, migrate } from "../../ledger/store/mod.ts";
import { ALL_PROJECTIONS } from "../../projections/all.ts";
import { openDatabase } from "../../projections/database.ts";
import { createLogReader, type LogEvent } from "../../projections/log/mod.ts";
import type { Projection } from "../../projections/projection/mod.ts";
import { rebuild } from "../../projections/rebuild/mod.ts";
import { prepareSchema } from "../../projections/runner/mod.ts";
import { createRowMemory, type Queryable } from "../../projections/table/mod.ts";
import { createEffects, platformOf } from "../../shared/effects.ts";
import { createDatabase, startPostgres } from "../provision/mod.ts";
import { cpuClock } from "./cpu.ts";
import { fillEventLog } from "./event_log.ts";

/** The projections that are measured. */
export const REBUILT = ["balances", "requests"] as const;

/** The figures of one projection, in events. */
export interface RebuildFigure {
  /** A whole rebuild with indexes, comparison and swap, by the clock on the wall. */
  readonly perSecond: number;
  /** The same for each second of processor time, Deno and Postgres together; null if unknown. */
  readonly perCoreSecond: number | null;
  /** Folding decoded events in memory, nothing read and nothing written. */
  readonly foldedPerSecond: number;
}

/** Measures whole rebuilds over a log of `events`, made for it. */
export async function benchRebuild(
  { events, report }: { events: number; report: (line: string) => void },
): Promise<ReadonlyMap<string, RebuildFigure>> {
  const server = await startPostgres({ fsync: true });
  try {
    const { url } = await createDatabase(server.url);
    const sql = postgres(url, { max: 2, onnotice: () => {} });
    // So that Postgres has one core at a time and no more.
    await sql.unsafe(
      `alter database ${new URL(url).pathname.slice(1)} set max_parallel_workers_per_gather = 0`,
    );
    const db = openDatabase(url, 4);
    await migrate(db as unknown as LedgerDatabase);
    const total = await fillEventLog(sql, { events, accounts: 1_000 });
    report(`  log of ${total} events`);
    await prepareSchema(db, ALL_PROJECTIONS, 1);
    const sample = await readSample(db, Math.min(total, 100_000));
    const figures = new Map<string, RebuildFigure>();
    for (const projection of ALL_PROJECTIONS) {
      if (!REBUILT.some((name) => name === projection.name)) continue;
      const cpu = await cpuClock(sql);
      const startedAt = performance.now();
      await rebuild({ db, projection, shards: 1, effects, requestedBy: "system:bench" });
      const seconds = (performance.now() - startedAt) / 1_000;
      const cpuSeconds = await cpu();
      const figure = {
        perSecond: total / seconds,
        perCoreSecond: cpuSeconds === null ? null : total / cpuSeconds,
        foldedPerSecond: await foldRate(db, projection, sample),
      };
      report(`  ${projection.name}: ${JSON.stringify(figure)}`);
      figures.set(projection.name, figure);
    }
    await db.destroy();
    await sql.end();
    return figures;
  } finally {
    await server.stop();
  }
}

const effects = createEffects(platformOf(globalThis));

/** Events of the beginning of the log, decoded. */
async function readSample(db: Queryable, least: number): Promise<LogEvent[]> {
  const reader = createLogReader(db);
  const sample: LogEvent[] = [];
  while (sample.length < least) {
    const { events } = await reader.read(0, BigInt(sample.length), 5_000);
    if (events.length === 0) break;
    sample.push(...events);
  }
  return sample;
}

async function foldRate(
  db: Queryable,
  { parts }: Projection,
  events: readonly LogEvent[],
): Promise<number> {
  const memory = createRowMemory(db, "nowhere");
  const startedAt = performance.now();
  for (let from = 0; from < events.length; from += 5_000) {
    const batch = events.slice(from, from + 5_000);
    for (const part of parts) await part.apply(db, "nowhere", batch, memory);
  }
  return events.length / ((performance.now() - startedAt) / 1_000);
}
