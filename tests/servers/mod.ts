/**
 * Real servers for tests. A server that is missing and cannot be installed is an error, so that a
 * test fails and is not skipped.
 *
 * @module
 */

import {
  createDatabase as createDatabaseAt,
  type Database,
  type PostgresServer,
  startPostgres,
} from "../../scripts/provision/mod.ts";

export { findChromium, freePort, startNats, startPostgres } from "../../scripts/provision/mod.ts";
export type {
  Database,
  NatsOptions,
  NatsServer,
  PostgresOptions,
  PostgresServer,
} from "../../scripts/provision/mod.ts";

/** Creates an empty database on a server, given as such or by its connection string. */
export function createDatabase(server: string | { readonly url: string }): Promise<Database> {
  return createDatabaseAt(typeof server === "string" ? server : server.url);
}

let own: { readonly server: Promise<PostgresServer>; users: number } | null = null;

/**
 * An empty database for one test file: on the server that SARGALAY_TEST_POSTGRES_URL (or else
 * DATABASE_URL) names, else on one that this process starts and that ends with its last database.
 * For a test that stops or kills its server, use {@link startPostgres}.
 */
export async function testDatabase(): Promise<Database> {
  const shared = Deno.env.get("SARGALAY_TEST_POSTGRES_URL") || Deno.env.get("DATABASE_URL");
  if (shared) return await createDatabaseAt(shared);
  own ??= { server: startPostgres(), users: 0 };
  const used = own;
  used.users += 1;
  const server = await used.server;
  const database = await createDatabaseAt(server.url);
  let dropped = false;
  return {
    url: database.url,
    async drop() {
      if (dropped) return;
      dropped = true;
      await database.drop();
      used.users -= 1;
      if (used.users > 0) return;
      own = null;
      await server.stop();
    },
  };
}
