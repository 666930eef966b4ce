/** Creates the tables of this room. @module */
import { sql } from "kysely";
import type { Projection } from "../projection/mod.ts";
import { createIndexesSql, createTableSql, type Queryable } from "../table/mod.ts";
import { SCHEMA } from "./checkpoint.ts";

/** Serialises processes that start at once; any number that no other room uses. */
const LOCK_ID = 7_305_201;

/**
 * Creates what is missing. A projection that has rows of another version keeps them: they go on being
 * read, at the position where they stand, until a rebuild has replaced them. Safe to run in several
 * processes at once.
 */
export async function prepareSchema(
  db: Queryable,
  projections: readonly Projection[],
  shards: number,
): Promise<void> {
  await db.transaction().execute(async (tx) => {
    await sql`select pg_advisory_xact_lock(${LOCK_ID}::bigint)`.execute(tx);
    for (const statement of OWN_TABLES) await sql.raw(statement).execute(tx);
    for (const projection of projections) await prepareOne(tx, projection, shards);
  });
}

const OWN_TABLES = [
  "create schema if not exists projections",
  `create table if not exists projections.checkpoint (
     projection text collate "C" not null, shard int not null, version int not null,
     position bigint not null check (position >= 0), error text,
     primary key (projection, shard))`,
  `alter table projections.checkpoint add column if not exists failed_position bigint,
     add column if not exists failed_type text`,
  // Replaced by rebuild_job.
  "drop table if exists projections.rebuild",
  `create table if not exists projections.rebuild_job (
     job_id uuid primary key, projection text collate "C" not null, kind text not null,
     version int not null, live_version int not null, requested_by text not null,
     phase text not null, done bigint not null, total bigint not null,
     events_per_second bigint, seconds_left bigint, comparison jsonb, error text,
     cancel_requested boolean not null, requested_at timestamptz not null,
     seen_at timestamptz not null, finished_at timestamptz)`,
  `create unique index if not exists rebuild_job_one_at_a_time
     on projections.rebuild_job (projection) where finished_at is null`,
  // The rows that a rebuild replaced, in the schema projections_previous.
  `create table if not exists projections.previous (
     projection text collate "C" not null, shard int not null, version int not null,
     position bigint not null, tables text[] not null, primary key (projection, shard))`,
];

async function prepareOne(tx: Queryable, projection: Projection, shards: number): Promise<void> {
  const { name, version } = projection;
  const { rows } = await sql<{ version: number }>`
    select version from projections.checkpoint where projection = ${name} limit 1
  `.execute(tx);
  const live = rows[0]?.version ?? version;
  // What is read of a newer version of the code may be missing in these rows, but never the rows.
  if (live === version) await createTables(tx, SCHEMA, projection);
  for (const shard of Array(shards).keys()) {
    await sql`
      insert into projections.checkpoint (projection, shard, version, position)
      values (${name}, ${shard}, ${live}, 0) on conflict do nothing
    `.execute(tx);
  }
}

/** Creates a projection's tables in a schema, with indexes unless they come later. */
export async function createTables(
  db: Queryable,
  schema: string,
  projection: Projection,
  options: { readonly indexes: boolean } = { indexes: true },
): Promise<void> {
  for (const described of projection.parts.flatMap(({ tables }) => tables)) {
    await sql.raw(createTableSql(schema, described)).execute(db);
    if (!options.indexes) continue;
    for (const statement of createIndexesSql(schema, described)) {
      await sql.raw(statement).execute(db);
    }
  }
}
