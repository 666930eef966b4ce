/**
 * `deno task bench as_of`: how long reading the past takes in a long log: balances as of
 * a position and a time, pages of journals and of the explorer, the trial balance. The log is made by
 * the database itself in a scratch server: 10 million events (`SARGALAY_BENCH_EVENTS`), each with
 * two postings, over 1,001 accounts of which one has a fifth of them all.
 *
 * @module
 */
import { type Kysely, sql } from "kysely";
import { type LedgerDatabase, migrate } from "../../ledger/store/mod.ts";
import { eventIndex } from "../../projections/explorer/mod.ts";
import { openDatabase } from "../../projections/database.ts";
import { createReadApi } from "../../projections/http/mod.ts";
import { READ_ROUTES } from "../../projections/compose.ts";
import { createTables } from "../../projections/runner/mod.ts";
import { createIndexesSql } from "../../projections/table/mod.ts";
import { createEffects, platformOf } from "../../shared/effects.ts";
import { signServiceToken } from "../../shared/identity/mod.ts";
import { silentLog } from "../../shared/log.ts";
import { createDatabase, startPostgres } from "../provision/mod.ts";
import { percentile } from "./statistics.ts";
import type { Row } from "./table.ts";

// Not a multiple of 5, because each fifth call is that of one account.
const ACCOUNTS = 1_001;
const START_MS = 1_790_000_000_000;
const STEP_MS = 20;

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
      await fill(db, events, report);
      const get = await openReads(db);
      const figures: ReadFigures[] = [];
      for (const { what, aim, path } of readsOf(events)) {
        const found = await measure(reads, () => get(path()));
        figures.push({ what, reads, aim, ...found });
        report(`${what}: p50 ${found.p50Ms.toFixed(2)} ms, p99 ${found.p99Ms.toFixed(2)} ms`);
      }
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

function readsOf(events: number): readonly Read[] {
  // Every account has its first event in the first tenth.
  const position = () => Math.floor(events * (0.1 + 0.9 * Math.random()));
  const time = () => START_MS + position() * STEP_MS;
  const account = () =>
    Math.random() < 0.2 ? "acc-0" : `acc-${Math.floor(Math.random() * ACCOUNTS)}`;
  const balance = (query: () => string) => () => `/v1/accounts/${account()}/balance?${query()}`;
  const journal = () => `/v1/accounts/${account()}/journal?position=${position()}`;
  const events50 = (filter: () => string) => () => `/v1/events?${filter()}&to=${time()}`;
  const aim = "p99 ≤ 5 ms";
  return [
    { what: "balance as of a position", aim, path: balance(() => `position=${position()}`) },
    { what: "balance as of a time", aim, path: balance(() => `at=${time()}`) },
    { what: "balance now", aim, path: balance(() => "") },
    { what: "journal, 50 rows before a position", aim: "", path: journal },
    { what: "explorer, 50 by account", aim: "", path: events50(() => `account=${account()}`) },
    { what: "explorer, 50 by type", aim: "", path: events50(() => "type=HoldSettled") },
    { what: "explorer, 50 by rare type", aim: "", path: events50(() => "type=CreditGranted") },
    {
      what: "explorer, 50 by account and type",
      aim: "",
      path: events50(() => `account=${account()}&type=CreditGranted`),
    },
    { what: "explorer, 50 by actor", aim: "", path: events50(() => "actor=user:rare") },
    { what: "explorer, 50 by time", aim: "", path: events50(() => "") },
    { what: "event in full", aim: "", path: () => `/v1/events/0/${position()}` },
    {
      what: "trial balance, 200 accounts as of a time",
      aim: "",
      path: () => `/v1/trial-balance?at=${time()}&limit=200`,
    },
  ];
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

async function fill(db: Kysely<unknown>, events: number, report: AsOfOptions["report"]) {
  const timed = async (what: string, statements: readonly string[]) => {
    const startedMs = performance.now();
    for (const statement of statements) await sql.raw(statement).execute(db);
    report(`${what}: ${((performance.now() - startedMs) / 1_000).toFixed(1)} s`);
  };
  const parts = Array.from({ length: Math.ceil(events / PART) }, (_, index) => {
    const [from, to] = [index * PART + 1, Math.min(events, (index + 1) * PART)];
    return { from, to };
  });
  await sql.raw(`alter table ledger.event drop constraint event_event_id,
    drop constraint event_stream_version`).execute(db);
  await sql.raw("drop index ledger.posting_account").execute(db);
  await timed(`${events} events`, parts.map(({ from, to }) => eventsSql(from, to)));
  await timed(`${2 * events} postings`, parts.map(({ from, to }) => postingsSql(from, to)));
  await timed("indexes and statistics", [
    "create index posting_account on ledger.posting (shard, account, currency, position desc)",
    "alter table ledger.event add constraint event_stream_version unique (shard, stream, version)",
    `insert into ledger.account select distinct on (shard, account, currency) shard, account,
      currency, balance_after, position from ledger.posting
      order by shard, account, currency, position desc`,
    `insert into ledger.frame select 0, first, 500, zero, zero, zero, 1, ${START_MS} + first * ${STEP_MS}
      from generate_series(1, ${events}, 500) first,
        (select decode(repeat('00', 32), 'hex') as zero) zeros`,
    "vacuum analyze ledger.event",
    "vacuum analyze ledger.posting",
  ]);
  await prepareIndex(db, events, timed);
}

const PART = 500_000;

/** Fills the index of events as its projection does, and builds its indexes as a rebuild does. */
async function prepareIndex(
  db: Kysely<unknown>,
  events: number,
  timed: (what: string, statements: readonly string[]) => Promise<void>,
): Promise<void> {
  await sql.raw("create schema projections").execute(db);
  await sql.raw(`create table projections.checkpoint (projection text, shard int, version int,
    position bigint, error text)`).execute(db);
  await sql.raw(`insert into projections.checkpoint values ('event_index', 0, 1, ${events}, null)`)
    .execute(db);
  await createTables(db, "projections", eventIndex, { indexes: false });
  const part = eventIndex.parts[0]!;
  const at = (position: number) => ({ shard: 0, position: BigInt(position) });
  const startedMs = performance.now();
  for (let from = 1; from <= events; from += PART) {
    const range = [at(from), at(Math.min(events, from + PART - 1))];
    await part.apply(db, "projections", range as unknown as Parameters<typeof part.apply>[2]);
  }
  const seconds = (performance.now() - startedMs) / 1_000;
  await timed(`event index, after ${seconds.toFixed(1)} s for its rows`, [
    ...part.tables.flatMap((each) => createIndexesSql("projections", each)),
    "vacuum analyze projections.event_index",
  ]);
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

/** One call in five is that of `acc-0`. Each second event ends the call of the one before. */
const CALL = `(select n, n / 2 as call, n % 2 = 0 as ends,
  'acc-' || case when (n / 2) % 5 = 0 then 0 else (n / 2 * 7919) % ${ACCOUNTS} end as account`;

function eventsSql(from: number, to: number): string {
  return `
    insert into ledger.event (shard, position, stream, version, type, schema_version, event_id,
      request_id, actor, occurred_at, recorded_at, payload, hash)
    select 0, n, 'account-' || account, n, type, 1, gen_random_uuid(), null, actor,
      ${START_MS} + n * ${STEP_MS}, ${START_MS} + n * ${STEP_MS},
      jsonb_build_object('accountId', account, 'amountMicroKyat', '1000'),
      decode(repeat('00', 32), 'hex')
    from ${CALL}, case when n % 50000 = 1 then 'CreditGranted' when n % 2 = 0 then 'HoldPlaced'
        else 'HoldSettled' end as type,
      case when n % 50000 = 1 then 'user:rare' else 'edge:e-' || n % 3 end as actor
      from generate_series(${from}::int8, ${to}::int8) n) e`;
}

function postingsSql(from: number, to: number): string {
  return `
    insert into ledger.posting (shard, position, leg, account, currency, amount, balance_after)
    select 0, n, leg, case leg when 1 then '2000:' else '2010:' end || account, 'MMK', amount, -n
    from ${CALL} from generate_series(${from}::int8, ${to}::int8) n) e,
      (values (1, 1000), (2, -1000)) legs (leg, amount)`;
}
