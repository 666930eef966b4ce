/** Pages of what happened, newest or oldest first, that can be left in both directions. @module */
import { type RawBuilder, sql } from "kysely";
import { z } from "zod";
import { timeSchema } from "../time_travel/mod.ts";
import { cursorSchema, encodeCursor, limitSchema } from "../http/mod.ts";

/** Where a row stands in time; the order of all lists here. */
export interface Moment {
  readonly recordedAtMs: number;
  readonly shard: number;
  readonly position: bigint;
}

/** The query of such a list. */
export const turningQuery = {
  from: timeSchema.optional(),
  to: timeSchema.optional(),
  order: z.enum(["newest", "oldest"]).default("newest"),
  limit: limitSchema,
  cursor: cursorSchema([
    z.enum(["on", "back"]),
    z.number().int(),
    z.number().int(),
    z.string().regex(/^\d{1,18}$/),
  ]),
};

/** A parsed {@link turningQuery}. */
export interface Turning {
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  readonly order: "newest" | "oldest";
  readonly limit: number;
  readonly cursor?: ["on" | "back", number, number, string] | undefined;
}

/** The conditions, the order and the limit of the query behind a page; column names as in tables. */
export function windowOf(
  { from, to, order, limit, cursor }: Turning,
  filters: RawBuilder<unknown>[],
) {
  const falling = isFalling(order, cursor);
  const conditions = [
    ...filters,
    ...(from === undefined ? [] : [sql`recorded_at_ms >= ${from}::int8`]),
    ...(to === undefined ? [] : [sql`recorded_at_ms < ${to}::int8`]),
    ...(cursor === undefined ? [] : [
      sql`(recorded_at_ms, shard, position) ${sql.raw(falling ? "<" : ">")}
        (${cursor[1]}::int8, ${cursor[2]}::int8, ${cursor[3]}::int8)`,
    ]),
  ];
  const where = conditions.length === 0 ? sql`` : sql`where ${sql.join(conditions, sql` and `)}`;
  return sql`${where} ${orderOf(falling)} limit ${limit + 1}`;
}

/** Turns the rows of {@link windowOf}, in whatever order, into the page. */
export function turn<Row extends Moment, Shown>(
  rows: readonly Row[],
  { order, limit, cursor }: Turning,
  show: (row: Row) => Shown,
) {
  const falling = isFalling(order, cursor);
  const sorted = rows.toSorted((a, b) => falling ? compare(b, a) : compare(a, b));
  const more = sorted.length > limit;
  const found = sorted.slice(0, limit);
  const back = cursor?.[0] === "back";
  if (back) found.reverse();
  const [first, last] = [found.at(0), found.at(-1)];
  const hasNext = back || more;
  const hasPrevious = back ? more : cursor !== undefined;
  return {
    items: found.map(show),
    nextCursor: hasNext && last !== undefined ? cursorOf("on", last) : null,
    previousCursor: hasPrevious && first !== undefined ? cursorOf("back", first) : null,
  };
}

function isFalling(order: Turning["order"], cursor: Turning["cursor"]): boolean {
  return (order === "newest") === (cursor?.[0] !== "back");
}

function orderOf(falling: boolean) {
  const way = falling ? " desc" : "";
  return sql.raw(`order by recorded_at_ms${way}, shard${way}, position${way}`);
}

function compare(a: Moment, b: Moment): number {
  return a.recordedAtMs - b.recordedAtMs || a.shard - b.shard ||
    (a.position < b.position ? -1 : a.position > b.position ? 1 : 0);
}

function cursorOf(way: "on" | "back", { recordedAtMs, shard, position }: Moment): string {
  return encodeCursor([way, recordedAtMs, shard, position.toString()]);
}
