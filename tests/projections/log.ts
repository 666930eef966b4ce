/** A log that tests write to directly, on the ledger's own migrations. @module */
import { type Kysely, sql } from "kysely";
import {
  type LedgerDatabase,
  type LedgerTables,
  migrate,
  openPglite,
} from "../../ledger/store/mod.ts";
import { openDatabase } from "../../projections/database.ts";
import type { DomainEvent } from "../../shared/events/mod.ts";
import { requestIdOf, streamOf } from "../../shared/events/mod.ts";
import { stringifyWithBigint } from "../../shared/json.ts";
import { testDatabase } from "../servers/mod.ts";

/** A database with the ledger's tables. */
export interface TestLog {
  readonly db: Kysely<unknown>;
  /** Another connection pool to the same database; only on Postgres. */
  again(): Promise<Kysely<unknown>>;
  /** The connection string; only on Postgres. */
  readonly url: string;
  close(): Promise<void>;
}

/** Opens an empty log in memory or on a real server. */
export async function openLog(kind: "pglite" | "postgres"): Promise<TestLog> {
  if (kind === "pglite") {
    const db = untyped(await openPglite(null));
    const again = () => Promise.reject(new Error("PGlite has one session"));
    return { db, again, url: "", close: () => db.destroy() };
  }
  const database = await testDatabase();
  const pools: Kysely<unknown>[] = [];
  const again = () => {
    const pool = openDatabase(database.url, 10);
    pools.push(pool);
    return Promise.resolve(pool);
  };
  const db = await again();
  await migrate(db as unknown as LedgerDatabase);
  return {
    db,
    again,
    url: database.url,
    async close() {
      for (const pool of pools) await pool.destroy();
      await database.drop();
    },
  };
}

function untyped(db: Kysely<LedgerTables>): Kysely<unknown> {
  return db as unknown as Kysely<unknown>;
}

/** Appends events as the ledger would, from `recordedAtMs` on, one `stepMs` after the other. */
export async function appendEvents(
  db: Kysely<unknown>,
  events: readonly DomainEvent[],
  time: { readonly recordedAtMs: number; readonly stepMs?: number; readonly shard?: number },
): Promise<bigint> {
  const shard = time.shard ?? 0;
  const { rows } = await sql<{ head: bigint | null }>`
    select max(position) as head from ledger.event where shard = ${shard}
  `.execute(db);
  const versions = await streamVersions(db, shard);
  let position = BigInt(rows[0]?.head ?? 0);
  const records = events.map((event, index) => {
    const stream = streamOf(event);
    const version = (versions.get(stream) ?? 0) + 1;
    versions.set(stream, version);
    position += 1n;
    const at = time.recordedAtMs + index * (time.stepMs ?? 1_000);
    return {
      shard,
      position,
      stream,
      version,
      type: event.type,
      event_id: crypto.randomUUID(),
      request_id: requestIdOf(event),
      at,
      payload: event.payload,
    };
  });
  for (let from = 0; from < records.length; from += 5_000) {
    const part = stringifyWithBigint(records.slice(from, from + 5_000));
    await sql`
      insert into ledger.event (shard, position, stream, version, type, schema_version, event_id,
        request_id, actor, occurred_at, recorded_at, payload, hash)
      select shard, position, stream, version, type, 1, event_id, request_id, 'system:test', at, at,
        payload, decode(repeat('00', 32), 'hex')
      from jsonb_to_recordset(${part}::text::jsonb) as r(shard int, position int8, stream text,
        version int, type text, event_id uuid, request_id text, at int8, payload jsonb)
    `.execute(db);
  }
  return position;
}

async function streamVersions(db: Kysely<unknown>, shard: number): Promise<Map<string, number>> {
  const { rows } = await sql<{ stream: string; version: number }>`
    select stream, max(version) as version from ledger.event where shard = ${shard} group by stream
  `.execute(db);
  return new Map(rows.map(({ stream, version }) => [stream, version]));
}
