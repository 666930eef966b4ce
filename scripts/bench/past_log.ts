/** A long log with its books for benchmarks of reading the past, made by the database itself. @module */
import { type Kysely, sql } from "kysely";
import postgres from "postgres";
import { eventIndex } from "../../projections/explorer/mod.ts";
import { createTables } from "../../projections/runner/mod.ts";
import { createIndexesSql } from "../../projections/table/mod.ts";

/** Over how many accounts; not a multiple of 5, because each fifth call is that of one account. */
export const ACCOUNTS = 1_001;
/** When the first event was recorded. */
export const START_MS = 1_790_000_000_000;
/** How much later each next one was. */
export const STEP_MS = 20;

/** How long the log is. */
export interface PastLogSize {
  /** At least 10,000. */
  readonly events: number;
  readonly report: (line: string) => void;
}

/** Fills the ledger's tables, which must be migrated and empty. */
export async function fillPastLog(url: string, { events, report }: PastLogSize): Promise<void> {
  await withWriter(url, report, async (timed) => {
    await timed("prepared", [
      "set maintenance_work_mem = '1GB'",
      "set jit = off",
      `alter table ledger.event drop constraint event_event_id,
        drop constraint event_stream_version`,
      "drop index ledger.posting_account",
      "alter table ledger.event set unlogged",
      "alter table ledger.posting set unlogged",
    ]);
    await timed(`${events} events`, partsOf(events).map(eventsSql));
    await timed(`${events} postings`, partsOf(events).map(postingsSql));
    await timed("indexes and statistics", [
      "create index posting_account on ledger.posting (shard, account, currency, position desc)",
      "alter table ledger.event add constraint event_stream_version unique (shard, stream, version)",
      `insert into ledger.account select shard, account, currency, 0, max(position)
        from ledger.posting group by shard, account, currency`,
      `insert into ledger.frame select 0, first, 500, zero, zero, zero, 1,
          ${START_MS} + first * ${STEP_MS}
        from generate_series(1, ${events}, 500) first,
          (select decode(repeat('00', 32), 'hex') as zero) zeros`,
      "vacuum analyze ledger.event",
      "vacuum analyze ledger.posting",
    ]);
  });
}

type Timed = (what: string, statements: readonly string[]) => Promise<void>;

/** A connection without a statement timeout; what it writes need not survive a crash. */
async function withWriter(
  url: string,
  report: PastLogSize["report"],
  work: (timed: Timed) => Promise<void>,
): Promise<void> {
  const writer = postgres(url, { max: 1, onnotice: () => {} });
  try {
    await work(async (what, statements) => {
      const startedMs = performance.now();
      for (const statement of statements) await writer.unsafe(statement);
      report(`${what}: ${((performance.now() - startedMs) / 1_000).toFixed(1)} s`);
    });
  } finally {
    await writer.end();
  }
}

interface Part {
  readonly from: number;
  readonly to: number;
}

function partsOf(events: number): Part[] {
  return Array.from({ length: Math.ceil(events / PART) }, (_, index) => ({
    from: index * PART + 1,
    to: Math.min(events, (index + 1) * PART),
  }));
}

const PART = 500_000;

/** Fills the index of events as its projection does, and builds its indexes as a rebuild does. */
export async function fillEventIndex(
  db: Kysely<unknown>,
  url: string,
  { events, report }: PastLogSize,
): Promise<void> {
  await sql.raw("create schema projections").execute(db);
  await sql.raw(`create table projections.checkpoint (projection text, shard int, version int,
    position bigint, error text)`).execute(db);
  await sql.raw(`insert into projections.checkpoint values ('event_index', 0, 1, ${events}, null)`)
    .execute(db);
  await createTables(db, "projections", eventIndex, { indexes: false });
  await sql.raw("alter table projections.event_index set unlogged").execute(db);
  const part = eventIndex.parts[0]!;
  const startedMs = performance.now();
  for (const { from, to } of partsOf(events)) {
    const range = { shard: 0, after: BigInt(from) - 1n, to: BigInt(to) };
    await part.applyRange!(db, "projections", range);
  }
  const seconds = (performance.now() - startedMs) / 1_000;
  report(`rows of the event index: ${seconds.toFixed(1)} s`);
  await withWriter(url, report, (timed) =>
    timed("indexes of the event index", [
      "set maintenance_work_mem = '1GB'",
      ...part.tables.flatMap((each) => createIndexesSql("projections", each)),
      "vacuum analyze projections.event_index",
    ]));
}

/** One call in five is that of `acc-0`. Each second event ends the call of the one before. */
const CALL = `(select n, n / 2 as call, n % 2 = 0 as ends,
  'acc-' || case when (n / 2) % 5 = 0 then 0 else (n / 2 * 7919) % ${ACCOUNTS} end as account`;

function eventsSql({ from, to }: Part): string {
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

function postingsSql({ from, to }: Part): string {
  return `
    insert into ledger.posting (shard, position, leg, account, currency, amount, balance_after)
    select 0, n, 1, case when ends then '2010:' else '2000:' end || account, 'MMK', -1000, -n
    from ${CALL} from generate_series(${from}::int8, ${to}::int8) n) e`;
}
