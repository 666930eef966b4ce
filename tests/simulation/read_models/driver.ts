/** A Kysely database on the simulated tables, reached over the simulated network. @module */
import {
  type DatabaseConnection,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
} from "kysely";
import type { MemoryTables } from "../../../ledger/store/memory/mod.ts";
import { callStore, type StoreClientOptions } from "../store.ts";
import {
  commit,
  end,
  execute,
  newTransaction,
  type ReadTables,
  type Transaction,
} from "./database.ts";

interface Connection extends DatabaseConnection {
  transaction: Transaction | null;
}

/** What the database of one process is made of. */
export interface ReadDatabaseOptions {
  readonly tables: ReadTables;
  readonly ledger: MemoryTables;
  readonly network: StoreClientOptions;
  readonly looseCheckpoints: boolean;
}

const NOTICED_US = 2_000;

/** The database as one process sees it. What it has not committed when it dies is rolled back. */
export function createReadDatabase(options: ReadDatabaseOptions): Kysely<unknown> {
  const { tables, ledger, network, looseCheckpoints } = options;
  const log = (shard: number) => ledger.shards.get(shard)?.events ?? [];
  const connect = (): Connection => ({
    transaction: null,
    async executeQuery<R>(
      query: { readonly sql: string; readonly parameters: readonly unknown[] },
    ) {
      const { transaction } = this;
      // deno-lint-ignore require-await -- what it throws is the answer
      const rows = await callStore("query", async () => {
        const context = { tables, transaction, log, looseCheckpoints };
        return execute(context, query.sql, query.parameters);
      }, network);
      return { rows: rows as R[] };
    },
    streamQuery() {
      throw new RangeError("streaming is not simulated");
    },
  });
  return new Kysely<unknown>({
    dialect: {
      createAdapter: () => new PostgresAdapter(),
      createIntrospector: (db) => new PostgresIntrospector(db),
      createQueryCompiler: () => new PostgresQueryCompiler(),
      createDriver: () => ({
        init: () => Promise.resolve(),
        acquireConnection: () => Promise.resolve(connect()),
        releaseConnection: () => Promise.resolve(),
        destroy: () => Promise.resolve(),
        beginTransaction(connection) {
          const transaction = newTransaction();
          (connection as Connection).transaction = transaction;
          // The database notices a closed connection after what was sent over it.
          network.process.onDeath(() =>
            network.scheduler.at(NOTICED_US, {
              actor: network.server,
              label: "connection closed",
              task: () => end(tables, transaction),
            })
          );
          return Promise.resolve();
        },
        async commitTransaction(connection) {
          const { transaction } = connection as Connection;
          if (transaction === null) return;
          await callStore("query", () => Promise.resolve(commit(tables, transaction)), network);
        },
        rollbackTransaction(connection) {
          const { transaction } = connection as Connection;
          if (transaction !== null) end(tables, transaction);
          return Promise.resolve();
        },
      }),
    },
  });
}
