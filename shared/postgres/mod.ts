/** Kysely on postgres.js without reserved connections. @module */
import {
  type DatabaseConnection,
  type Dialect,
  type Driver,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type QueryResult,
} from "kysely";
import type postgres from "postgres";

// deno-lint-ignore no-explicit-any
type Client = postgres.Sql<any>;

/**
 * A dialect on the pool of a postgres.js client that outlives the loss of its connections: queries
 * reject meanwhile, and nothing else happens. Give the client `fetch_types: false`: the error of the
 * query for them would be nobody's.
 *
 * The usual dialect reserves a connection for each query; postgres.js 3.4 gives a reserved connection
 * whose socket was just closed back to its pool, and the exception that follows ends the process.
 * Queries here go to the pool, and transactions through its own `begin`.
 */
export function createPoolDialect(client: Client): Dialect {
  return {
    createAdapter: () => new PostgresAdapter(),
    createIntrospector: (db) => new PostgresIntrospector(db),
    createQueryCompiler: () => new PostgresQueryCompiler(),
    createDriver: () => driverOf(client, firstTexts(MAXIMUM_PREPARED)),
  };
}

const MAXIMUM_PREPARED = 200;

type IsPrepared = (text: string) => boolean;

/** Ends the transaction that throws it, without being an error. */
const ROLLED_BACK = new Error("rolled back");

interface Connection extends DatabaseConnection {
  transaction: { readonly sql: postgres.TransactionSql; end(error: Error | null): void } | null;
  /** Settles when the transaction has; null outside one. */
  ended: Promise<void> | null;
  /** Why the transaction ended before its time; null while it has not. */
  lost: Error | null;
}

/** Whether a text is among the first `most` different ones: those stay planned on a connection. */
function firstTexts(most: number): IsPrepared {
  const texts = new Set<string>();
  return (text) => {
    if (!texts.has(text) && texts.size < most) texts.add(text);
    return texts.has(text);
  };
}

function driverOf(client: Client, isPrepared: IsPrepared): Driver {
  return {
    init: () => Promise.resolve(),
    acquireConnection: () => Promise.resolve(connectionOf(client, isPrepared)),
    beginTransaction: (connection, { isolationLevel }) =>
      begin(client, connection as Connection, isolationLevel ?? null),
    commitTransaction: (connection) => end(connection as Connection, null),
    rollbackTransaction: (connection) => end(connection as Connection, ROLLED_BACK),
    releaseConnection: () => Promise.resolve(),
    destroy: () => client.end({ timeout: 5 }),
  };
}

function connectionOf(client: Client, isPrepared: IsPrepared): Connection {
  return {
    transaction: null,
    ended: null,
    lost: null,
    async executeQuery<Row>(query: { sql: string; parameters: readonly unknown[] }) {
      // Sent now, it would end the process, or run in whatever transaction has the connection next.
      if (this.transaction !== null && this.lost !== null) throw this.lost;
      const target = this.transaction?.sql ?? client;
      const prepare = query.parameters.length > 0 && isPrepared(query.sql);
      const rows = await target.unsafe(query.sql, [...query.parameters] as never[], { prepare });
      const result: QueryResult<Row> = {
        rows: Array.from(rows) as Row[],
        numAffectedRows: BigInt(rows.count ?? 0),
      };
      return result;
    },
    streamQuery() {
      throw new Error("streaming is not supported");
    },
  };
}

async function begin(client: Client, connection: Connection, isolation: string | null) {
  const started = Promise.withResolvers<void>();
  const finished = Promise.withResolvers<void>();
  finished.promise.catch(() => {});
  const ended = client.begin(
    isolation === null ? "" : `isolation level ${isolation}`,
    async (sql) => {
      connection.transaction = {
        sql,
        end: (error) => error === null ? finished.resolve() : finished.reject(error),
      };
      started.resolve();
      await finished.promise;
    },
  ).then(() => {});
  connection.ended = ended;
  // A connection that is lost, before or during the transaction, is told to whoever waits.
  ended.catch((reason) => {
    connection.lost = reason;
    started.reject(reason);
  });
  await started.promise;
}

async function end(connection: Connection, error: Error | null): Promise<void> {
  // The client would send its commit or rollback to a connection that is not this transaction's.
  if (connection.lost === null) connection.transaction?.end(error);
  connection.transaction = null;
  try {
    await connection.ended;
  } catch (reason) {
    if (reason !== ROLLED_BACK && error === null) throw reason;
  }
}
