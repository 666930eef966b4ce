/** The event log, the books and the idempotency of commands. @module */
import type { Migration } from "../migrate.ts";

const refuseChange = (table: string) => [
  `CREATE TRIGGER ${table}_is_immutable
     BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger.${table}
     FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change()`,
];

/** See the module. */
export const eventLog: Migration = {
  number: 1,
  name: "event_log",
  statements: [
    `CREATE TABLE ledger.event (
       shard int NOT NULL,
       position int8 NOT NULL CHECK (position > 0),
       stream text NOT NULL,
       version int NOT NULL CHECK (version > 0),
       type text NOT NULL,
       schema_version int NOT NULL,
       event_id uuid NOT NULL,
       request_id text,
       actor text NOT NULL,
       occurred_at int8 NOT NULL,
       recorded_at int8 NOT NULL,
       payload jsonb NOT NULL,
       hash bytea NOT NULL CHECK (length(hash) = 32),
       CONSTRAINT event_pkey PRIMARY KEY (shard, position),
       CONSTRAINT event_stream_version UNIQUE (shard, stream, version),
       CONSTRAINT event_event_id UNIQUE (event_id))`,
    `CREATE INDEX event_request_id ON ledger.event (request_id) WHERE request_id IS NOT NULL`,
    // numeric, not int8: one amount fits 63 bits, but the platform's accounts sum over everybody,
    // and an append that overflows a column could never be written.
    `CREATE TABLE ledger.posting (
       shard int NOT NULL,
       position int8 NOT NULL,
       leg int NOT NULL CHECK (leg > 0),
       account text NOT NULL,
       currency text NOT NULL,
       amount numeric(38,0) NOT NULL,
       balance_after numeric(38,0) NOT NULL,
       CONSTRAINT posting_pkey PRIMARY KEY (shard, position, leg))`,
    `CREATE INDEX posting_account ON ledger.posting (shard, account, currency, position DESC)`,
    // Rows that change with every batch leave room on their page, so that an update stays on it.
    `CREATE TABLE ledger.account (
       shard int NOT NULL,
       account text NOT NULL,
       currency text NOT NULL,
       balance numeric(38,0) NOT NULL,
       position int8 NOT NULL,
       CONSTRAINT account_pkey PRIMARY KEY (shard, account, currency)) WITH (fillfactor = 50)`,
    `CREATE TABLE ledger.hold (
       shard int NOT NULL,
       request_id text NOT NULL,
       account_id text NOT NULL,
       amount numeric(38,0) NOT NULL,
       expires_at int8 NOT NULL,
       position int8 NOT NULL,
       CONSTRAINT hold_pkey PRIMARY KEY (shard, request_id))`,
    `CREATE TABLE ledger.outcome (
       shard int NOT NULL,
       operation_id text NOT NULL,
       operation text NOT NULL,
       body_hash bytea NOT NULL CHECK (length(body_hash) = 32),
       outcome jsonb NOT NULL,
       position int8 NOT NULL,
       CONSTRAINT outcome_pkey PRIMARY KEY (shard, operation_id))`,
    `CREATE TABLE ledger.frame (
       shard int NOT NULL,
       first_position int8 NOT NULL CHECK (first_position > 0),
       count int NOT NULL CHECK (count > 0),
       previous_hash bytea NOT NULL CHECK (length(previous_hash) = 32),
       merkle_root bytea NOT NULL CHECK (length(merkle_root) = 32),
       hash bytea NOT NULL CHECK (length(hash) = 32),
       epoch int8 NOT NULL,
       recorded_at int8 NOT NULL,
       CONSTRAINT frame_pkey PRIMARY KEY (shard, first_position))`,
    `CREATE TABLE ledger.shard_head (
       shard int NOT NULL CONSTRAINT shard_head_pkey PRIMARY KEY,
       position int8 NOT NULL,
       frame_hash bytea NOT NULL CHECK (length(frame_hash) = 32),
       epoch int8 NOT NULL,
       owner text,
       lease_until timestamptz) WITH (fillfactor = 50)`,
    `CREATE FUNCTION ledger.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
     BEGIN
       RAISE EXCEPTION 'ledger.% is append-only: % refused', TG_TABLE_NAME, TG_OP
         USING ERRCODE = 'restrict_violation';
     END $$`,
    ...refuseChange("event"),
    ...refuseChange("posting"),
    ...refuseChange("frame"),
  ],
};
