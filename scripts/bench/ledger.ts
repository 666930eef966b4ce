/** Hold and settle operations a second on real Postgres. @module */
import postgres from "postgres";
import { createDatabase, startPostgres } from "../provision/mod.ts";
import { closedLoop } from "./closed_loop.ts";
import { createNaiveLedger, naiveOperation } from "./naive_ledger.ts";
import { rawInsert } from "./raw_insert.ts";
import { interleave } from "./rounds.ts";
import { createBenchLedger, settlementOf } from "./writer_ledger.ts";

const ACCOUNTS = 1_000;
const CLIENTS = 64;
const NAIVE_CONNECTIONS = 16;

/** The figures of the ledger's part of the table. */
export interface LedgerFigures {
  /** Operations a second by contender; rows a second for the raw insert. */
  readonly medians: ReadonlyMap<string, number>;
  /** Latency of the ledger's operations over all its rounds, in milliseconds. */
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** Measures the ledger, the naive one and the raw insert on one Postgres with fsync on. */
export async function benchLedger(
  { rounds, durationMs, report }: {
    rounds: number;
    durationMs: number;
    report: (line: string) => void;
  },
): Promise<LedgerFigures> {
  const server = await startPostgres({ fsync: true });
  try {
    const databases = await Promise.all(
      [server, server, server].map(({ url }) => createDatabase(url)),
    );
    const [ledgerUrl, naiveUrl] = databases.map(({ url }) => url);
    const ledger = await createBenchLedger(ledgerUrl!, ACCOUNTS);
    const raw = await createBenchLedger(databases[2]!.url, 1);
    await raw.stop();
    const naive = postgres(naiveUrl!, { max: NAIVE_CONNECTIONS, onnotice: () => {} });
    const inserts = postgres(databases[2]!.url, { max: 2, onnotice: () => {} });
    await createNaiveLedger(naive, ACCOUNTS);
    const latencies: { p50Ms: number; p99Ms: number }[] = [];
    let shard = 1;
    const ours = (hot: boolean) => async () => {
      const loop = await closedLoop(
        { clients: CLIENTS, durationMs },
        (_client, record) => ledger.pair(hot ? 0 : randomAccount(), record),
      );
      latencies.push(loop);
      return loop.operationsPerSecond;
    };
    const theirs = (hot: boolean) => async () =>
      (await closedLoop(
        { clients: NAIVE_CONNECTIONS, durationMs },
        (_client, record) => naivePair(naive, hot ? 0 : randomAccount(), record),
      )).operationsPerSecond;
    const medians = await interleave(
      [
        { name: "ledger, 1,000 accounts", measure: ours(false) },
        { name: "SELECT FOR UPDATE, 1,000 accounts", measure: theirs(false) },
        { name: "ledger, one hot account", measure: ours(true) },
        { name: "SELECT FOR UPDATE, one hot account", measure: theirs(true) },
        {
          name: "raw multi-row INSERT (rows/s)",
          measure: () => rawInsert(inserts, { durationMs, shard: shard++ }),
        },
      ],
      rounds,
      report,
    );
    await ledger.verify();
    await ledger.stop();
    await Promise.all([naive.end(), inserts.end()]);
    return {
      medians,
      p50Ms: Math.max(...latencies.map(({ p50Ms }) => p50Ms)),
      p99Ms: Math.max(...latencies.map(({ p99Ms }) => p99Ms)),
    };
  } finally {
    await server.stop();
  }
}

async function naivePair(
  sql: postgres.Sql,
  wallet: number,
  record: <T>(operation: Promise<T>) => Promise<T>,
): Promise<void> {
  const requestId = crypto.randomUUID();
  const payload = settlementOf(wallet, requestId);
  await record(naiveOperation(sql, { kind: "hold", wallet, requestId, payload }));
  await record(naiveOperation(sql, { kind: "settle", wallet, requestId, payload }));
}

function randomAccount(): number {
  return Math.floor(Math.random() * ACCOUNTS);
}
