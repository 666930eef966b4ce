/** Reads the log in batches and decodes them once for all projections. @module */
import { sql } from "kysely";
import { decodeEvent, type DomainEvent, type EventType } from "../../shared/events/mod.ts";
import type { JsonObject } from "../../shared/json.ts";
import type { Queryable } from "../table/mod.ts";
import { isMissingTable } from "./head.ts";

/** An event of the log with what projections need of its envelope. */
export interface LogEvent {
  readonly shard: number;
  readonly position: bigint;
  readonly recordedAtMs: number;
  readonly event: DomainEvent;
}

/** The events of a shard after one position, up to and with another. */
export interface LogRange {
  readonly shard: number;
  readonly after: bigint;
  readonly to: bigint;
}

/** Events that follow each other without a gap. */
export interface LogBatch {
  readonly events: readonly LogEvent[];
  /** Why the row after `events` cannot be applied, or null. */
  readonly failure: LogFailure | null;
}

/** A row of the log that nobody can read. */
export interface LogFailure {
  readonly position: bigint;
  readonly eventType: string;
  readonly message: string;
}

/** Reads a shard's log. */
export interface LogReader {
  /** At most `limit` (1 to 5,000) events after a position; empty at the end of the log. */
  read(shard: number, after: bigint, limit: number): Promise<LogBatch>;
}

/** A row of the log as the database gives it. */
export interface RawEvent {
  readonly position: bigint | string;
  readonly type: EventType;
  readonly schemaVersion: number;
  readonly recordedAt: bigint | string;
  readonly payload: JsonObject;
}

/**
 * A reader that keeps the last batch of each shard, so that projections which stand at the same
 * position share one query and one decoding. Committed events never change, so no batch gets stale.
 */
export function createLogReader(db: Queryable): LogReader {
  const last = new Map<number, { after: bigint; batch: LogBatch }>();
  return {
    async read(shard, after, limit) {
      const kept = last.get(shard);
      if (kept !== undefined) {
        const batch = tailOf(kept.batch, kept.after, after, limit);
        if (batch !== null) return batch;
      }
      const batch = decodeBatch(shard, after, await selectEvents(db, shard, after, limit));
      if (batch.events.length > 0) last.set(shard, { after, batch });
      return batch;
    },
  };
}

function tailOf(batch: LogBatch, start: bigint, after: bigint, limit: number): LogBatch | null {
  const skip = after - start;
  if (skip < 0n || skip >= BigInt(batch.events.length)) return null;
  const from = Number(skip);
  const events = batch.events.slice(from, from + limit);
  const whole = from + events.length === batch.events.length;
  return { events, failure: whole ? batch.failure : null };
}

async function selectEvents(db: Queryable, shard: number, after: bigint, limit: number) {
  try {
    const { rows } = await sql<RawEvent>`
      select position, type, schema_version as "schemaVersion", recorded_at as "recordedAt", payload
      from ledger.event
      where shard = ${shard} and position > ${after.toString()}::bigint
      order by position limit ${limit}
    `.execute(db);
    return rows;
  } catch (error) {
    if (isMissingTable(error)) return [];
    throw error;
  }
}

function decodeBatch(shard: number, after: bigint, rows: readonly RawEvent[]): LogBatch {
  const events: LogEvent[] = [];
  let expected = after + 1n;
  for (const row of rows) {
    const position = BigInt(row.position);
    if (position !== expected) {
      const message = `the log of shard ${shard} goes on at ${position}, expected ${expected}`;
      return { events, failure: { position, eventType: row.type, message } };
    }
    const decoded = decodeRow(shard, row);
    if ("message" in decoded) return { events, failure: decoded };
    events.push(decoded);
    expected += 1n;
  }
  return { events, failure: null };
}

/** Decodes one row of the log, or says why it cannot be read. */
export function decodeRow(shard: number, row: RawEvent): LogEvent | LogFailure {
  const position = BigInt(row.position);
  try {
    return { shard, position, recordedAtMs: Number(row.recordedAt), event: decodeEvent(row) };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const message = `event ${row.type} at ${position} cannot be read: ${reason.slice(0, 500)}`;
    return { position, eventType: row.type, message };
  }
}
