/** What is fixed when a deployment is created, and messages that nobody could read. @module */
import type { Migration } from "../migrate.ts";

/** See the module. */
export const deployment: Migration = {
  number: 2,
  name: "deployment",
  statements: [
    // One row: accounts live in shards by a hash modulo this number, so it can never change.
    `CREATE TABLE ledger.deployment (
       only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
       shards int NOT NULL CHECK (shards BETWEEN 1 AND 64))`,
    `CREATE TABLE ledger.dead_letter (
       shard int NOT NULL,
       subject text NOT NULL,
       sequence int8 NOT NULL,
       message text NOT NULL,
       reason text NOT NULL,
       kept_at int8 NOT NULL)`,
    `CREATE UNIQUE INDEX dead_letter_once
       ON ledger.dead_letter (shard, subject, sequence, md5(message))`,
  ],
};
