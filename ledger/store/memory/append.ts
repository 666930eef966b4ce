/** Appending to tables in memory: all checks first, then every change at once. @module */
import { assertContiguous } from "../contiguous.ts";
import type { JsonObject } from "../../../shared/json.ts";
import type { AppendResult, Batch, Posting, StoredEvent } from "../event_store.ts";
import type { MemoryTables, ShardTables } from "./tables.ts";

/**
 * Writes a batch or nothing. Throws RangeError for what the caller did wrong: gaps in the positions,
 * a frame that does not cover the events, an event id or hold that stands there already.
 */
export function appendTo(
  tables: MemoryTables,
  shard: ShardTables,
  batch: Batch,
  nowMs: number,
): AppendResult {
  assertContiguous(batch);
  const refused = refusalOf(shard, batch);
  if (refused !== null) return refused;
  assertNew(tables, shard, batch);
  write(tables, shard, batch);
  shard.leaseUntilMs = nowMs + batch.leaseMs;
  return { status: "committed" };
}

/** In the order in which the statement of the SQL store finds them. */
function refusalOf(shard: ShardTables, batch: Batch): AppendResult | null {
  const versions = new Map<string, number>();
  let taken = false;
  for (const { stream, version } of batch.events) {
    const last = versions.get(stream) ?? shard.versions.get(stream) ?? 0;
    if (version > last + 1) return { status: "version_conflict" };
    taken ||= version <= last;
    versions.set(stream, version);
  }
  const { ownership: { epoch }, afterPosition } = batch;
  if (shard.epoch !== epoch || shard.position !== afterPosition) return { status: "fenced" };
  if (taken) return { status: "version_conflict" };
  const ids = new Set(batch.outcomes.map(({ operationId }) => operationId));
  const known = [...ids].some((id) => shard.outcomes.has(id));
  return known || ids.size < batch.outcomes.length ? { status: "operation_exists" } : null;
}

function assertNew({ eventIds }: MemoryTables, shard: ShardTables, batch: Batch): void {
  for (const { eventId } of batch.events) {
    if (eventIds.has(eventId)) throw new RangeError(`event id ${eventId} stands there already`);
  }
  for (const { requestId } of batch.holdsOpened) {
    if (shard.holds.has(requestId)) throw new RangeError(`hold ${requestId} stands there already`);
  }
}

function write(tables: MemoryTables, shard: ShardTables, batch: Batch): void {
  for (const { payloadJson, ...event } of batch.events) {
    const payload = JSON.parse(payloadJson) as JsonObject;
    const stored: StoredEvent = { ...event, shard: batch.ownership.shard, payload };
    shard.events.push(stored);
    shard.postings.push(postingsAt(batch.postings, event.position));
    shard.versions.set(event.stream, event.version);
    tables.eventIds.add(event.eventId);
  }
  const position = batch.afterPosition + BigInt(batch.events.length);
  for (const balance of batch.balances) {
    shard.balances.set(`${balance.account}|${balance.currency}`, { ...balance, position });
  }
  for (const hold of batch.holdsOpened) shard.holds.set(hold.requestId, hold);
  for (const { requestId, expiresAtMs } of batch.holdsExtended) {
    const hold = shard.holds.get(requestId);
    if (hold !== undefined) shard.holds.set(requestId, { ...hold, expiresAtMs });
  }
  for (const requestId of batch.holdsClosed) shard.holds.delete(requestId);
  for (const outcome of batch.outcomes) {
    // As in a database: what the caller keeps is no longer what is stored.
    shard.outcomes.set(outcome.operationId, structuredClone(outcome));
  }
  shard.position = position;
  if (batch.frame === null) return;
  shard.frames.push(batch.frame);
  shard.frameHash = batch.frame.hash;
}

function postingsAt(postings: readonly Posting[], position: bigint): Posting[] {
  return postings.filter((posting) => posting.position === position);
}
