/** Appending a batch: one statement, so that one round trip commits it or nothing. @module */
import { type RawBuilder, sql } from "kysely";
import type { Hash } from "../integrity/mod.ts";
import type { AppendResult, Batch } from "./event_store.ts";
import { unnest } from "./columns.ts";
import { classifyError } from "./failures.ts";
import type { LedgerDatabase } from "./tables.ts";

/** See EventStore.append. */
export async function append(database: LedgerDatabase, batch: Batch): Promise<AppendResult> {
  assertContiguous(batch);
  try {
    const { rows } = await appendStatement(batch).execute(database);
    if (rows[0]?.fenced === 1) return { status: "committed" };
    return { status: rows[0]?.gaps === true ? "version_conflict" : "fenced" };
  } catch (error) {
    const result = classifyError(error);
    if (result === null) throw error;
    return result;
  }
}

/** Throws RangeError when positions have gaps, which is a mistake of the caller's. */
function assertContiguous({ afterPosition, events, frame }: Batch): void {
  let expected = afterPosition + 1n;
  for (const { position } of events) {
    if (position !== expected) {
      throw new RangeError(`append expected position ${expected}, not ${position}`);
    }
    expected += 1n;
  }
  const framed = frame === null ? 0 : frame.count;
  if (framed !== events.length || (frame !== null && frame.firstPosition !== afterPosition + 1n)) {
    throw new RangeError(`the frame does not cover the ${events.length} events of the append`);
  }
}

/**
 * Every insert reads from `fence`, which updates the head only when epoch and position are as
 * expected: a writer that lost its shard inserts nothing. `gap` looks for the predecessor of each
 * stream's first new version; that the version itself is free is the unique constraint's word.
 *
 * Scalar subqueries with LIMIT keep the plan on the indexes, whatever the statistics were when it
 * was made.
 */
function appendStatement(batch: Batch): RawBuilder<{ fenced: number; gaps: boolean }> {
  const { ownership: { shard, epoch }, frame } = batch;
  const position = batch.afterPosition + BigInt(batch.events.length);
  const head = frame === null
    ? sql`position = position`
    : sql`position = ${position}::int8, frame_hash = decode(${frame.hash.toHex()}::text, 'hex')`;
  return sql`
    WITH gap AS (
      SELECT EXISTS (SELECT FROM ${predecessors(batch)} WHERE (
        SELECT version FROM ledger.event
        WHERE shard = ${shard}::int AND stream = s AND version = v LIMIT 1) IS NULL) AS gaps
    ), fence AS (
      UPDATE ledger.shard_head SET ${head},
        lease_until = clock_timestamp() + ${batch.leaseMs}::int * interval '1 millisecond'
      WHERE shard = ${shard}::int AND epoch = ${epoch}::int8
        AND position = ${batch.afterPosition}::int8 AND NOT (SELECT gaps FROM gap)
      RETURNING shard
    ), events AS (
      INSERT INTO ledger.event (shard, position, stream, version, type, schema_version, event_id,
        request_id, actor, occurred_at, recorded_at, payload, hash)
      SELECT fence.shard, p, s, v, t, sv, id, r, a, o, at, d::jsonb, decode(h, 'hex')
      FROM fence, ${eventRows(batch)}
    ), postings AS (
      INSERT INTO ledger.posting (shard, position, leg, account, currency, amount, balance_after)
      SELECT fence.shard, p, l, a, c, n, b FROM fence, ${postingRows(batch)}
    ), accounts AS (
      INSERT INTO ledger.account AS stored (shard, account, currency, balance, position)
      SELECT fence.shard, a, c, b, ${position}::int8 FROM fence, ${balanceRows(batch)}
      ON CONFLICT (shard, account, currency)
      DO UPDATE SET balance = excluded.balance, position = excluded.position
    ), ${holdChanges(batch)}, outcomes AS (
      INSERT INTO ledger.outcome (shard, operation_id, operation, body_hash, outcome, position)
      SELECT fence.shard, i, t, decode(h, 'hex'), d::jsonb, p FROM fence, ${outcomeRows(batch)}
    ), frames AS (
      ${frameInsert(batch)}
    )
    SELECT (SELECT count(*) FROM fence)::int AS fenced, (SELECT gaps FROM gap) AS gaps`;
}

function frameInsert({ frame }: Batch): RawBuilder<unknown> {
  if (frame === null) return sql`SELECT`;
  const bytes = (hash: Hash) => sql`decode(${hash.toHex()}::text, 'hex')`;
  return sql`
    INSERT INTO ledger.frame (shard, first_position, count, previous_hash, merkle_root, hash,
      epoch, recorded_at)
    SELECT fence.shard, ${frame.firstPosition}::int8, ${frame.count}::int,
      ${bytes(frame.previousHash)}, ${bytes(frame.merkleRoot)}, ${bytes(frame.hash)},
      ${frame.epoch}::int8, ${BigInt(frame.recordedAtMs)}::int8
    FROM fence`;
}

function holdChanges(
  { holdsOpened, holdsExtended, holdsClosed }: Batch,
): RawBuilder<unknown> {
  const opened = unnest("opening", {
    r: ["text", holdsOpened.map(({ requestId }) => requestId)],
    a: ["text", holdsOpened.map(({ accountId }) => accountId)],
    n: ["numeric", holdsOpened.map(({ amountMicroKyat }) => `${amountMicroKyat}`)],
    x: ["int8", holdsOpened.map(({ expiresAtMs }) => `${expiresAtMs}`)],
    p: ["int8", holdsOpened.map(({ position }) => `${position}`)],
  });
  const extended = unnest("extension", {
    r: ["text", holdsExtended.map(({ requestId }) => requestId)],
    x: ["int8", holdsExtended.map(({ expiresAtMs }) => `${expiresAtMs}`)],
  });
  const closed = unnest("closing", { r: ["text", holdsClosed] });
  return sql`opened AS (
      INSERT INTO ledger.hold (shard, request_id, account_id, amount, expires_at, position)
      SELECT fence.shard, r, a, n, x, p FROM fence, ${opened}
    ), extended AS (
      UPDATE ledger.hold SET expires_at = x FROM fence, ${extended}
      WHERE hold.shard = fence.shard AND request_id = r
    ), closed AS (
      DELETE FROM ledger.hold WHERE ctid = ANY (ARRAY(
        SELECT (SELECT h.ctid FROM ledger.hold h
          WHERE h.shard = fence.shard AND h.request_id = r LIMIT 1)
        FROM fence, ${closed}))
    )`;
}

/** The version before each stream's first new one, where there must be one. */
function predecessors({ events }: Batch): RawBuilder<unknown> {
  const first = new Map<string, number>();
  for (const { stream, version } of events) {
    if (!first.has(stream)) first.set(stream, version);
  }
  const expected = [...first].filter(([, version]) => version > 1);
  return unnest("expected", {
    s: ["text", expected.map(([stream]) => stream)],
    v: ["int4", expected.map(([, version]) => `${version - 1}`)],
  });
}

function eventRows({ events }: Batch): RawBuilder<unknown> {
  return unnest("new_event", {
    p: ["int8", events.map(({ position }) => `${position}`)],
    s: ["text", events.map(({ stream }) => stream)],
    v: ["int4", events.map(({ version }) => `${version}`)],
    t: ["text", events.map(({ type }) => type)],
    sv: ["int4", events.map(({ schemaVersion }) => `${schemaVersion}`)],
    id: ["uuid", events.map(({ eventId }) => eventId)],
    r: ["text", events.map(({ requestId }) => requestId ?? "")],
    a: ["text", events.map(({ actor }) => actor)],
    o: ["int8", events.map(({ occurredAtMs }) => `${occurredAtMs}`)],
    at: ["int8", events.map(({ recordedAtMs }) => `${recordedAtMs}`)],
    d: ["jsonb", events.map(({ payloadJson }) => payloadJson)],
    h: ["hex", events.map(({ hash }) => hash.toHex())],
  });
}

function postingRows({ postings }: Batch): RawBuilder<unknown> {
  return unnest("new_posting", {
    p: ["int8", postings.map(({ position }) => `${position}`)],
    l: ["int4", postings.map(({ leg }) => `${leg}`)],
    a: ["text", postings.map(({ account }) => account)],
    c: ["text", postings.map(({ currency }) => currency)],
    n: ["numeric", postings.map(({ amount }) => `${amount}`)],
    b: ["numeric", postings.map(({ balanceAfter }) => `${balanceAfter}`)],
  });
}

function balanceRows({ balances }: Batch): RawBuilder<unknown> {
  return unnest("new_balance", {
    a: ["text", balances.map(({ account }) => account)],
    c: ["text", balances.map(({ currency }) => currency)],
    b: ["numeric", balances.map(({ balance }) => `${balance}`)],
  });
}

function outcomeRows({ outcomes }: Batch): RawBuilder<unknown> {
  return unnest("new_outcome", {
    i: ["text", outcomes.map(({ operationId }) => operationId)],
    t: ["text", outcomes.map(({ operation }) => operation)],
    h: ["hex", outcomes.map(({ bodyHash }) => bodyHash)],
    d: ["jsonb", outcomes.map(({ outcome }) => JSON.stringify(outcome))],
    p: ["int8", outcomes.map(({ position }) => `${position}`)],
  });
}
