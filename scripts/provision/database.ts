/**
 * A database of one's own on a server that others use too.
 *
 * @module
 */

import postgres from "postgres";

/** A fresh database. */
export interface Database {
  /** Its connection string, with the rights of the server's own. */
  readonly url: string;
  /** Disconnects whoever is connected, and drops it. Idempotent. */
  drop(): Promise<void>;
}

/** Creates an empty database on the server at `serverUrl`, whose user must be allowed to. */
export async function createDatabase(serverUrl: string): Promise<Database> {
  const name = `sargalay_test_${crypto.randomUUID().replaceAll("-", "")}`;
  await execute(serverUrl, `CREATE DATABASE ${name} TEMPLATE template0`);
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return {
    url: url.href,
    drop: () => execute(serverUrl, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`),
  };
}

async function execute(url: string, statement: string): Promise<void> {
  const sql = postgres(url, { max: 1, connect_timeout: 10, onnotice: () => {} });
  try {
    await sql.unsafe(statement);
  } finally {
    await sql.end({ timeout: 5 });
  }
}
