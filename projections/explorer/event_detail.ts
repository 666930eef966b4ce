/** One event in full: its legs, its frame and its neighbours. @module */
import { type RawBuilder, sql } from "kysely";
import { z } from "zod";
import { eventDetailSchema, itemSchema } from "../../shared/read_api/mod.ts";
import { type ReadRoute, readRoute } from "../http/mod.ts";
import { decodeRow, type Queryable, table } from "../table/mod.ts";
import { EVENT_COLUMNS, eventTable } from "./events.ts";

const referenceTable = table({
  name: "event_reference",
  columns: {
    shard: "count",
    position: "position",
    eventId: "uuid",
    type: "text",
    recordedAtMs: "count",
  },
  key: [],
  indexes: [],
});

const legTable = table({
  name: "leg_answer",
  columns: {
    leg: "count",
    account: "text",
    currency: "text",
    amount: "amount",
    balanceAfter: "amount",
  },
  key: [],
  indexes: [],
});

const frameTable = table({
  name: "frame_answer",
  columns: {
    firstPosition: "position",
    count: "count",
    previousHash: "text",
    merkleRoot: "text",
    hash: "text",
    epoch: "position",
    recordedAtMs: "count",
  },
  key: [],
  indexes: [],
});

const MOST_OF_REQUEST = 100;

/** GET /v1/events/{shard}/{position}. */
export const eventDetailRoute: ReadRoute = readRoute({
  path: "/v1/events/{shard}/{position}",
  permission: "ledger:read",
  summary: "One event in full: payload, legs, hash, frame and neighbours.",
  scope: "none",
  reads: [],
  query: z.object({}),
  answer: itemSchema(eventDetailSchema),
  async handle({ params: { shard, position } }, { db }) {
    if (!/^\d{1,2}$/.test(shard ?? "") || !/^\d{1,18}$/.test(position ?? "")) return null;
    const item = await detailOf(db, parseInt(shard!, 10), BigInt(position!));
    return item === null ? null : { item };
  },
});

async function detailOf(db: Queryable, shard: number, position: bigint) {
  const at = sql`${position.toString()}::int8`;
  const { rows } = await sql<Record<string, unknown> & { hash: string }>`
    select ${EVENT_COLUMNS}, encode(e.hash, 'hex') as hash from ledger.event e
    where shard = ${shard} and position = ${at}
  `.execute(db);
  const [row] = rows;
  if (row === undefined) return null;
  const event = decodeRow(eventTable, row);
  const { stream, version, requestId } = event;
  const one = async (where: RawBuilder<unknown>) => (await references(db, where))[0] ?? null;
  const inStream = (of: number) =>
    one(sql`shard = ${shard} and stream = ${stream} and version = ${of}`);
  const [legs, frame, previous, next, previousInStream, nextInStream, ofRequest] = await Promise
    .all([
      legsOf(db, shard, position),
      frameOf(db, shard, position),
      one(sql`shard = ${shard} and position = ${at} - 1`),
      one(sql`shard = ${shard} and position = ${at} + 1`),
      inStream(version - 1),
      inStream(version + 1),
      requestId === null
        ? Promise.resolve([])
        : references(db, sql`request_id = ${requestId}`, MOST_OF_REQUEST),
    ]);
  const neighbours = { previous, next, previousInStream, nextInStream, ofRequest };
  return { event, hash: row.hash, legs, frame, ...neighbours };
}

async function references(db: Queryable, where: RawBuilder<unknown>, limit = 1) {
  const { rows } = await sql<Record<string, unknown>>`
    select shard, position, event_id as "eventId", type, recorded_at as "recordedAtMs"
    from ledger.event where ${where} order by shard, position limit ${limit}
  `.execute(db);
  return rows.map((row) => decodeRow(referenceTable, row));
}

async function legsOf(db: Queryable, shard: number, position: bigint) {
  const { rows } = await sql<Record<string, unknown>>`
    select leg, account, currency, amount, balance_after as "balanceAfter" from ledger.posting
    where shard = ${shard} and position = ${position.toString()}::int8 order by leg
  `.execute(db);
  return rows.map((row) => decodeRow(legTable, row));
}

async function frameOf(db: Queryable, shard: number, position: bigint) {
  const { rows } = await sql<Record<string, unknown>>`
    select first_position as "firstPosition", count, encode(previous_hash, 'hex') as "previousHash",
      encode(merkle_root, 'hex') as "merkleRoot", encode(hash, 'hex') as hash, epoch,
      recorded_at as "recordedAtMs"
    from ledger.frame
    where shard = ${shard} and first_position <= ${position.toString()}::int8
    order by first_position desc limit 1
  `.execute(db);
  const [row] = rows;
  if (row === undefined) return null;
  const frame = decodeRow(frameTable, row);
  return position < frame.firstPosition + BigInt(frame.count) ? frame : null;
}
