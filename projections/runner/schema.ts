/** Creates the tables of this room. @module */
import { sql } from "kysely";
import type { Projection } from "../projection/mod.ts";
import { createIndexesSql, createTableSql, type Queryable } from "../table/mod.ts";
import { SCHEMA } from "./checkpoint.ts";

/** Serialises processes that start at once; any number that no other room uses. */
const LOCK_ID = 7_305_201;

/**
 * Creates what is missing. A projection whose version has changed gets empty tables and starts at
 * position 0: its answers say so, and catch up. Safe to run in several processes at once.
 */
export async function prepareSchema(
  db: Queryable,
  projections: readonly Projection[],
  shards: number,
): Promise<void> {
  await db.transaction().execute(async (tx) => {
    await sql`select pg_advisory_xact_lock(${LOCK_ID}::bigint)`.execute(tx);
    await sql`create schema if not exists projections`.execute(tx);
    await sql`
      create table if not exists projections.checkpoint (
        projection text collate "C" not null, shard int not null, version int not null,
        position bigint not null check (position >= 0), error text,
        primary key (projection, shard))
    `.execute(tx);
    await sql`
      create table if not exists projections.rebuild (
        projection text collate "C" not null, shard int not null, owner text not null,
        position bigint not null, seen_at timestamptz not null,
        primary key (projection, shard))
    `.execute(tx);
    for (const projection of projections) await prepareOne(tx, projection, shards);
  });
}

async function prepareOne(tx: Queryable, projection: Projection, shards: number): Promise<void> {
  const { name, version } = projection;
  const { rows } = await sql<{ version: number }>`
    select version from projections.checkpoint where projection = ${name} and version <> ${version}
  `.execute(tx);
  if (rows.length > 0) {
    for (const { name: tableName } of projection.parts.flatMap(({ tables }) => tables)) {
      await sql.raw(`drop table if exists ${SCHEMA}.${tableName}`).execute(tx);
    }
    await sql`delete from projections.checkpoint where projection = ${name}`.execute(tx);
  }
  await createTables(tx, SCHEMA, projection);
  for (const shard of Array(shards).keys()) {
    await sql`
      insert into projections.checkpoint (projection, shard, version, position)
      values (${name}, ${shard}, ${version}, 0) on conflict do nothing
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
