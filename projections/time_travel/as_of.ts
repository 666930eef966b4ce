/** Finding the place in the log that a time or a position names. @module */
import { sql } from "kysely";
import { z } from "zod";
import { isMissingTable } from "../log/mod.ts";
import type { Queryable } from "../table/mod.ts";

const LATEST_MS = 8_640_000_000_000_000;
const ISO = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2})$/;

/** A time as epoch milliseconds or ISO 8601 with a zone; epoch milliseconds once parsed. */
export const timeSchema = z.string().max(40).transform((text, context) => {
  const atMs = /^\d{1,16}$/.test(text)
    ? parseInt(text, 10)
    : ISO.test(text)
    ? Date.parse(text)
    : NaN;
  if (atMs >= 0 && atMs <= LATEST_MS) return atMs;
  context.addIssue({
    code: "custom",
    message: "expected epoch milliseconds or a time with a zone such as 2026-11-20T17:00:00+06:30",
  });
  return z.NEVER;
});

/** A position of a log. */
export const positionSchema = z.string().regex(/^\d{1,18}$/, "expected a log position");

/** The two query parameters that say when; see {@link onlyOne}. */
export const asOfQuery = { at: timeSchema.optional(), position: positionSchema.optional() };

/** What the two parameters were. */
export interface AskedTime {
  readonly at?: number | undefined;
  readonly position?: string | undefined;
}

/** Whether not both were given; for `refine`. */
export function onlyOne({ at, position }: AskedTime): boolean {
  return at === undefined || position === undefined;
}

/** What {@link onlyOne} refuses with. */
export const ONLY_ONE = { message: "expected either at or position", path: ["at"] };

/** A place in a shard's log: after the event at `position`. */
export interface AsOf {
  readonly shard: number;
  readonly position: bigint;
  /** When that event was recorded; null before the first one. */
  readonly recordedAtMs: number | null;
}

/**
 * The place that was asked for in a shard; its end when that is later, or when nothing was asked.
 * Times never decrease along the log, so halving finds one: one look at the primary key for each
 * doubling of the log, and no index that every append would have to keep.
 */
export async function placeOf(db: Queryable, shard: number, asked: AskedTime): Promise<AsOf> {
  try {
    const { rows } = await placeStatement(shard, asked).execute(db);
    const [found] = rows;
    if (found === undefined) throw new Error(`the log of shard ${shard} has a gap`);
    const recordedAtMs = found.at === null ? null : Number(BigInt(found.at));
    return { shard, position: BigInt(found.position), recordedAtMs };
  } catch (error) {
    if (isMissingTable(error)) return { shard, position: 0n, recordedAtMs: null };
    throw error;
  }
}

/** {@link placeOf} in every shard. */
export function placesOf(db: Queryable, shards: number, asked: AskedTime): Promise<AsOf[]> {
  return Promise.all(Array.from({ length: shards }, (_, shard) => placeOf(db, shard, asked)));
}

function placeStatement(shard: number, { at, position }: AskedTime) {
  const search = at === undefined
    ? sql`select ${
      position === undefined ? sql`position` : sql`least(${position}::int8, position)`
    } as low, null::int8 as high from head`
    : sql`select low, high from halving where low = high`;
  return sql<{ position: bigint | string; at: bigint | string | null }>`
    with recursive head as (
      select coalesce(max(position), 0)::int8 as position from ledger.event where shard = ${shard}
    ), halving (low, high) as (
      select 0::int8, position from head
      union all
      select case when early then middle else low end, case when early then high else middle - 1 end
      from halving
      cross join lateral (select (low + high + 1) / 2 as middle) halved
      cross join lateral (
        select recorded_at <= ${at ?? 0}::int8 as early from ledger.event
        where shard = ${shard} and position = middle limit 1) looked
      where low < high
    ), found as (${search})
    select low as position, (
      select recorded_at from ledger.event where shard = ${shard} and position = low) as at
    from found
  `;
}
