/**
 * `deno task bench as_of`: how long reading the past takes in a long log: balances as of
 * a position and a time, pages of journals and of the explorer, the trial balance. The log is made by
 * the database itself in a scratch server: 10 million events (`SARGALAY_BENCH_EVENTS`), each with
 * a posting, over 1,001 accounts of which one has a fifth of them all.
 *
 * @module
 */
import type { Kysely } from "kysely";
import { type LedgerDatabase, migrate } from "../../ledger/store/mod.ts";
import { openDatabase } from "../../projections/database.ts";
import { createReadApi } from "../../projections/http/mod.ts";
import { READ_ROUTES } from "../../projections/compose.ts";
import { createEffects, platformOf } from "../../shared/effects.ts";
import { signServiceToken } from "../../shared/identity/mod.ts";
import { silentLog } from "../../shared/log.ts";
import { createDatabase, startPostgres } from "../provision/mod.ts";
import { ACCOUNTS, fillEventIndex, fillPastLog, START_MS, STEP_MS } from "./past_log.ts";
import { percentile } from "./statistics.ts";
import type { Row } from "./table.ts";

/** One kind of read, with its figures over many random ones, one at a time. */
export interface ReadFigures {
  readonly what: string;
  readonly reads: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly aim: string;
}

/** What is measured. */
export interface AsOfOptions {
  /** At least 10,000. */
  readonly events: number;
  /** Random reads of each kind. */
  readonly reads: number;
  readonly report: (line: string) => void;
}

/** Makes the log in a scratch server, measures, and removes it again. */
export async function benchAsOf({ events, reads, report }: AsOfOptions): Promise<ReadFigures[]> {
  const server = await startPostgres();
  try {
    const database = await createDatabase(server.url);
    const db = openDatabase(database.url, 4);
    try {
      await migrate(db as unknown as LedgerDatabase);
      const size = { events, report };
      await fillPastLog(database.url, size);
      const get = await openReads(db);
      const measured = async ({ what, aim, path }: Read): Promise<ReadFigures> => {
        const found = await measure(reads, () => get(path()));
        report(`${what}: p50 ${found.p50Ms.toFixed(2)} ms, p99 ${found.p99Ms.toFixed(2)} ms`);
        return { what, reads, aim, ...found };
      };
      const { ofLedger, ofIndex } = readsOf(events);
      const figures: ReadFigures[] = [];
      for (const read of ofLedger) figures.push(await measured(read));
      await fillEventIndex(db, database.url, size);
      for (const read of ofIndex) figures.push(await measured(read));
      return figures;
    } finally {
      await db.destroy();
      await database.drop();
    }
  } finally {
    await server.stop();
  }
}

interface Read {
  readonly what: string;
  readonly aim: string;
  path(): string;
}

/** Reads of the ledger's own tables, and those that need the index of events. */
function readsOf(events: number): Record<"ofLedger" | "ofIndex", readonly Read[]> {
  // Every account has its first event in the first tenth.
  const position = () => Math.floor(events * (0.1 + 0.9 * Math.random()));
  const time = () => START_MS + position() * STEP_MS;
  const account = () =>
    Math.random() < 0.2 ? "acc-0" : `acc-${Math.floor(Math.random() * ACCOUNTS)}`;
  const balance = (query: () => string) => () => `/v1/accounts/${account()}/balance?${query()}`;
  const journal = () => `/v1/accounts/${account()}/journal?position=${position()}`;
  const events50 = (filter: () => string) => () => `/v1/events?${filter()}&to=${time()}`;
  const aim = "p99 ≤ 5 ms";
  const read = (what: string, path: () => string): Read => ({ what, aim: "", path });
  return {
    ofLedger: [
      { what: "balance as of a position", aim, path: balance(() => `position=${position()}`) },
      { what: "balance as of a time", aim, path: balance(() => `at=${time()}`) },
      { what: "balance now", aim, path: balance(() => "") },
      read("journal, 50 rows before a position", journal),
      read(
        "trial balance, 200 accounts as of a time",
        () => `/v1/trial-balance?at=${time()}&limit=200`,
      ),
      read("event in full", () => `/v1/events/0/${position()}`),
    ],
    ofIndex: [
      read("explorer, 50 by account", events50(() => `account=${account()}`)),
      read("explorer, 50 by type", events50(() => "type=HoldSettled")),
      read("explorer, 50 by rare type", events50(() => "type=CreditGranted")),
      read(
        "explorer, 50 by account and type",
        events50(() => `account=${account()}&type=CreditGranted`),
      ),
      read("explorer, 50 by actor", events50(() => "actor=user:rare")),
      read("explorer, 50 by time", events50(() => "")),
    ],
  };
}

async function measure(reads: number, read: () => Promise<void>) {
  for (let index = 0; index < 50; index++) await read();
  const times: number[] = [];
  for (let index = 0; index < reads; index++) {
    const startedMs = performance.now();
    await read();
    times.push(performance.now() - startedMs);
  }
  return { p50Ms: percentile(times, 0.5), p99Ms: percentile(times, 0.99) };
}

/** The read API as it is served, without its socket. */
async function openReads(db: Kysely<unknown>): Promise<(path: string) => Promise<void>> {
  const effects = createEffects(platformOf(globalThis));
  const serviceSecret = crypto.randomUUID();
  const unused = () => {
    throw new Error("nothing here is followed");
  };
  const context = { db, shards: 1, effects, follow: unused, followAlerts: unused, rebuilds: null };
  const fetch = createReadApi({
    routes: READ_ROUTES,
    context: context as unknown as Parameters<typeof createReadApi>[0]["context"],
    log: silentLog,
    serviceSecret,
    health: () => Promise.resolve({}),
  });
  const principal = { actor: "user:bench", role: "auditor", accountId: null } as const;
  const token = await signServiceToken(principal, {
    secret: serviceSecret,
    clock: effects.clock,
    ttlMs: 3_600_000,
  });
  const headers = { authorization: `Bearer ${token}` };
  return async (path) => {
    const response = await fetch(new Request(`http://bench${path}`, { headers }));
    const text = await response.text();
    if (response.status !== 200) throw new Error(`${path}: ${response.status} ${text}`);
  };
}

/** The rows of the table of ratios. */
export function asOfRows(figures: readonly ReadFigures[], events: number): Row[] {
  return figures.map(({ what, p50Ms, p99Ms, aim }) => ({
    what: `${what}, of ${events.toLocaleString("en")} events`,
    ours: `p50 ${p50Ms.toFixed(2)} ms, p99 ${p99Ms.toFixed(2)} ms`,
    against: "",
    ratio: "",
    aim,
  }));
}
