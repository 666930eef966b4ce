/** Reading the log and what stands beside it; every read is bounded. @module */
import { type Selectable, sql } from "kysely";
import type { EventType } from "../../shared/events/mod.ts";
import type {
  AccountBalance,
  EventStore,
  Frame,
  OpenHold,
  Outcome,
  Posting,
} from "./event_store.ts";
import type { StoredEvent } from "./event_store.ts";
import { headOf } from "./lease.ts";
import type { LedgerDatabase, LedgerTables } from "./tables.ts";

type Reads = Pick<
  EventStore,
  | "readHead"
  | "readShard"
  | "readStream"
  | "readFrames"
  | "readPostings"
  | "readBalances"
  | "readOpenHolds"
  | "findOutcomes"
  | "findByRequest"
>;

const MOST_ROWS = 10_000;

function bounded(limit: number): number {
  if (Number.isInteger(limit) && limit >= 1 && limit <= MOST_ROWS) return limit;
  throw new RangeError(`a read returns 1 to ${MOST_ROWS} rows, not ${limit}`);
}

/** The reading half of an EventStore. */
export function createReads(database: LedgerDatabase): Reads {
  const events = () => database.selectFrom("ledger.event").selectAll();
  return {
    async readHead(shard) {
      const row = await database.selectFrom("ledger.shard_head").selectAll()
        .where("shard", "=", shard).executeTakeFirst();
      return row === undefined ? null : headOf(row);
    },
    async readShard(shard, afterPosition, limit) {
      const rows = await events().where("shard", "=", shard).where("position", ">", afterPosition)
        .orderBy("position").limit(bounded(limit)).execute();
      return rows.map(eventOf);
    },
    async readStream({ shard, stream, fromVersion, limit }) {
      const rows = await events().where("shard", "=", shard).where("stream", "=", stream)
        .where("version", ">=", fromVersion).orderBy("version").limit(bounded(limit)).execute();
      return rows.map(eventOf);
    },
    async readFrames(shard, afterPosition, limit) {
      const rows = await database.selectFrom("ledger.frame").selectAll()
        .where("shard", "=", shard).where("first_position", ">", afterPosition)
        .orderBy("first_position").limit(bounded(limit)).execute();
      return rows.map(frameOf);
    },
    async readPostings(shard, afterPosition, limit) {
      const rows = await database.selectFrom("ledger.posting").selectAll()
        .where("shard", "=", shard).where("position", ">", afterPosition)
        .where("position", "<=", afterPosition + BigInt(bounded(limit)))
        .orderBy("position").orderBy("leg").execute();
      return rows.map(postingOf);
    },
    async readBalances({ shard, after, limit }) {
      let query = database.selectFrom("ledger.account").selectAll().where("shard", "=", shard);
      if (after !== null) {
        query = query.where(
          sql<boolean>`(account, currency) > (${after.account}::text, ${after.currency}::text)`,
        );
      }
      const rows = await query.orderBy("account").orderBy("currency").limit(bounded(limit))
        .execute();
      return rows.map(balanceOf);
    },
    async readOpenHolds(shard, limit) {
      const rows = await database.selectFrom("ledger.hold").selectAll().where("shard", "=", shard)
        .orderBy("expires_at").orderBy("request_id").limit(bounded(limit)).execute();
      return rows.map(holdOf);
    },
    async findOutcomes(shard, operationIds) {
      if (operationIds.length === 0) return [];
      bounded(operationIds.length);
      const { rows } = await sql<Selectable<LedgerTables["ledger.outcome"]>>`
        SELECT * FROM ledger.outcome WHERE shard = ${shard}::int AND operation_id IN (
          SELECT jsonb_array_elements_text(${JSON.stringify(operationIds)}::text::jsonb))`
        .execute(database);
      return rows.map(outcomeOf);
    },
    async findByRequest(requestId) {
      const rows = await events().where("request_id", "=", requestId)
        .orderBy("shard").orderBy("position").limit(MOST_ROWS).execute();
      return rows.map(eventOf);
    },
  };
}

function eventOf(row: Selectable<LedgerTables["ledger.event"]>): StoredEvent {
  return {
    shard: row.shard,
    position: row.position,
    stream: row.stream,
    version: row.version,
    // A type that this version does not know stops the reader in decodeEvent.
    type: row.type as EventType,
    schemaVersion: row.schema_version,
    eventId: row.event_id,
    requestId: row.request_id,
    actor: row.actor,
    occurredAtMs: Number(row.occurred_at),
    recordedAtMs: Number(row.recorded_at),
    payload: row.payload,
    hash: new Uint8Array(row.hash),
  };
}

function frameOf(row: Selectable<LedgerTables["ledger.frame"]>): Frame {
  return {
    shard: row.shard,
    firstPosition: row.first_position,
    count: row.count,
    previousHash: new Uint8Array(row.previous_hash),
    merkleRoot: new Uint8Array(row.merkle_root),
    hash: new Uint8Array(row.hash),
    epoch: row.epoch,
    recordedAtMs: Number(row.recorded_at),
  };
}

function postingOf(row: Selectable<LedgerTables["ledger.posting"]>): Posting {
  return {
    position: row.position,
    leg: row.leg,
    account: row.account,
    currency: row.currency as Posting["currency"],
    amount: BigInt(row.amount),
    balanceAfter: BigInt(row.balance_after),
  };
}

function balanceOf(row: Selectable<LedgerTables["ledger.account"]>): AccountBalance {
  return {
    account: row.account,
    currency: row.currency,
    balance: BigInt(row.balance),
    position: row.position,
  };
}

function holdOf(row: Selectable<LedgerTables["ledger.hold"]>): OpenHold {
  return {
    requestId: row.request_id,
    accountId: row.account_id,
    amountMicroKyat: BigInt(row.amount),
    expiresAtMs: Number(row.expires_at),
    position: row.position,
  };
}

function outcomeOf(row: Selectable<LedgerTables["ledger.outcome"]>): Outcome {
  return {
    operationId: row.operation_id,
    operation: row.operation,
    bodyHash: new Uint8Array(row.body_hash).toHex(),
    outcome: row.outcome,
    position: row.position,
  };
}
