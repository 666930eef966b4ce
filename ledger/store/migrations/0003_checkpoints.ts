/** The tree over the frames, signed checkpoints of it, and the name of the log. @module */
import type { Migration } from "../migrate.ts";

const addOnly = (table: string) =>
  `CREATE TRIGGER ${table}_is_immutable
     BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger.${table}
     FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change()`;

/** See the module. */
export const checkpoints: Migration = {
  number: 3,
  name: "checkpoints",
  statements: [
    // Level 0 has one row per frame, numbered from 0; a level above has the roots of full subtrees.
    `CREATE TABLE ledger.tree_node (
       shard int NOT NULL,
       level int NOT NULL CHECK (level BETWEEN 0 AND 52),
       index int8 NOT NULL CHECK (index >= 0),
       first_position int8 NOT NULL CHECK (first_position > 0),
       hash bytea NOT NULL CHECK (length(hash) = 32),
       CONSTRAINT tree_node_pkey PRIMARY KEY (shard, level, index))`,
    `CREATE UNIQUE INDEX tree_node_frame
       ON ledger.tree_node (shard, first_position) WHERE level = 0`,
    `CREATE TABLE ledger.checkpoint (
       shard int NOT NULL,
       frames int8 NOT NULL CHECK (frames > 0),
       position int8 NOT NULL CHECK (position > 0),
       note text NOT NULL,
       epoch int8 NOT NULL,
       signed_at int8 NOT NULL,
       CONSTRAINT checkpoint_pkey PRIMARY KEY (shard, frames),
       CONSTRAINT checkpoint_position UNIQUE (shard, position))`,
    // One row: what every checkpoint says whose it is can never change.
    `CREATE TABLE ledger.log_name (
       only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
       name text NOT NULL)`,
    addOnly("tree_node"),
    addOnly("checkpoint"),
    addOnly("log_name"),
  ],
};
