/** The ledger's tables as Kysely sees them. @module */
import type { ColumnType, JSONColumnType, Kysely } from "kysely";
import type { JsonObject } from "../../shared/json.ts";

/** int8: bigint both ways. */
type Int8 = ColumnType<bigint, bigint, bigint>;
/** numeric: text when read, so that no amount passes through a float. */
type Numeric = ColumnType<string, string, string>;

/** All tables, by qualified name; see migrations/ for what they mean. */
export interface LedgerTables {
  "ledger.event": {
    shard: number;
    position: Int8;
    stream: string;
    version: number;
    type: string;
    schema_version: number;
    event_id: string;
    request_id: string | null;
    actor: string;
    occurred_at: Int8;
    recorded_at: Int8;
    payload: JSONColumnType<JsonObject>;
    hash: Uint8Array;
  };
  "ledger.posting": {
    shard: number;
    position: Int8;
    leg: number;
    account: string;
    currency: string;
    amount: Numeric;
    balance_after: Numeric;
  };
  "ledger.account": {
    shard: number;
    account: string;
    currency: string;
    balance: Numeric;
    position: Int8;
  };
  "ledger.hold": {
    shard: number;
    request_id: string;
    account_id: string;
    amount: Numeric;
    expires_at: Int8;
    position: Int8;
  };
  "ledger.outcome": {
    shard: number;
    operation_id: string;
    operation: string;
    body_hash: Uint8Array;
    outcome: JSONColumnType<JsonObject>;
    position: Int8;
  };
  "ledger.frame": {
    shard: number;
    first_position: Int8;
    count: number;
    previous_hash: Uint8Array;
    merkle_root: Uint8Array;
    hash: Uint8Array;
    epoch: Int8;
    recorded_at: Int8;
  };
  "ledger.shard_head": {
    shard: number;
    position: Int8;
    frame_hash: Uint8Array;
    epoch: Int8;
    owner: string | null;
    lease_until: ColumnType<Date | null, Date | null, Date | null>;
  };
  "ledger.tree_node": {
    shard: number;
    level: number;
    index: Int8;
    first_position: Int8;
    hash: Uint8Array;
  };
  "ledger.checkpoint": {
    shard: number;
    frames: Int8;
    position: Int8;
    note: string;
    epoch: Int8;
    signed_at: Int8;
  };
  "ledger.log_name": {
    name: string;
  };
  "ledger.migration": {
    number: number;
    name: string;
    applied_at: ColumnType<Date, never, never>;
  };
}

/** A connection pool to the ledger's database, Postgres or PGlite. */
export type LedgerDatabase = Kysely<LedgerTables>;
