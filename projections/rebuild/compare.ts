/** Compares rebuilt rows with the live ones, both at exactly the same position. @module */
import { sql } from "kysely";
import type { RebuildComparison } from "../../shared/read_api/mod.ts";
import type { Projection } from "../projection/mod.ts";
import { SCHEMA } from "../runner/mod.ts";
import type { Queryable } from "../table/mod.ts";
import { unhurried } from "./unhurried.ts";

interface Checksum {
  readonly rows: string;
  readonly sum: string;
}

/** The live rows as one moment shows them. */
interface Snapshot {
  readonly version: number;
  /** By shard. */
  readonly positions: readonly bigint[];
  readonly checksums: ReadonlyMap<string, Checksum>;
}

/** What {@link compareWithLive} compares. */
export interface Comparison {
  readonly db: Queryable;
  readonly projection: Projection;
  /** The schema of the rebuilt rows. */
  readonly schema: string;
  /** Where the rebuilt rows stand, by shard. */
  readonly positions: readonly bigint[];
  /** Brings the rebuilt rows to exactly these positions, which are not before theirs. */
  moveTo(positions: readonly bigint[]): Promise<void>;
}

/**
 * Takes the live rows' checksums and positions in one snapshot, which blocks nobody, moves the
 * rebuilt rows there and takes theirs. Two versions have nothing to compare, nor have live rows that
 * stand before the rebuilt ones.
 */
export async function compareWithLive(comparison: Comparison): Promise<RebuildComparison> {
  const { db, projection, schema, positions } = comparison;
  const names = projection.parts.flatMap(({ tables }) => tables.map(({ name }) => name));
  const live = await unhurried(db, (tx) => snapshotOf(tx, projection, names, positions));
  if ("reason" in live) return live;
  await comparison.moveTo(live.positions);
  const tables = [];
  for (const table of names) {
    const ours = await unhurried(db, (tx) => checksumOf(tx, schema, table));
    const theirs = live.checksums.get(table)!;
    tables.push({
      table,
      liveRows: theirs.rows,
      rebuiltRows: ours.rows,
      equal: ours.rows === theirs.rows && ours.sum === theirs.sum,
    });
  }
  return {
    result: tables.every(({ equal }) => equal) ? "equal" : "different",
    reason: null,
    positions: live.positions.map(String),
    tables,
  };
}

async function snapshotOf(
  tx: Queryable,
  { name, version }: Projection,
  tables: readonly string[],
  ours: readonly bigint[],
): Promise<Snapshot | RebuildComparison> {
  const { rows } = await sql<{ version: number; position: bigint | string }>`
    select version, position from projections.checkpoint where projection = ${name} order by shard
  `.execute(tx);
  const other = rows.find((row) => row.version !== version);
  if (other !== undefined) {
    return notApplicable(`the live rows are of version ${other.version}, these of ${version}`);
  }
  const positions = rows.map(({ position }) => BigInt(position));
  const shard = positions.findIndex((position, at) => position < ours[at]!);
  if (shard >= 0) {
    return notApplicable(
      `the live rows of shard ${shard} end at ${positions[shard]}, before these at ${ours[shard]}`,
    );
  }
  const checksums = new Map<string, Checksum>();
  for (const table of tables) checksums.set(table, await checksumOf(tx, SCHEMA, table));
  return { version, positions, checksums };
}

/** A comparison that there was not. */
export function notApplicable(reason: string): RebuildComparison {
  return { result: "not_applicable", reason, positions: [], tables: [] };
}

/** Two 64-bit hashes of each row, summed, so that the order of rows does not matter. */
async function checksumOf(db: Queryable, schema: string, table: string): Promise<Checksum> {
  const { rows } = await sql<Checksum>`
    select count(*)::text as rows,
      coalesce(sum(hashtextextended(r, 0)::numeric), 0)::text || ',' ||
      coalesce(sum(hashtextextended(r, 1)::numeric), 0)::text as sum
    from (select t::text as r from ${sql.raw(`${schema}.${table}`)} t offset 0) as texts
  `.execute(db);
  return rows[0]!;
}
