import { sql } from "kysely";
import postgres from "postgres";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Database, testDatabase } from "../tests/servers/mod.ts";
import { openDatabase } from "./database.ts";

describe("a transaction whose connection is lost", () => {
  let database: Database;
  let operator: postgres.Sql;
  beforeAll(async () => {
    database = await testDatabase();
    operator = postgres(database.url, { max: 1, onnotice: () => {} });
  });
  afterAll(async () => {
    await operator.end();
    await database.drop();
  });

  /** Ends every session of the room, and waits until the server has none. */
  async function terminate(): Promise<void> {
    let left = 1;
    while (left > 0) {
      const sessions = await operator`
        select pg_terminate_backend(pid) from pg_stat_activity
        where application_name = 'sargalay-projections' and datname = current_database()`;
      left = sessions.length;
    }
  }

  it.each(["goes on to its next query", "goes on to its commit", "gives up"] as const)(
    "ends nothing but itself when it %s",
    async (how) => {
      const db = openDatabase(database.url, 1);
      const broken = db.transaction().execute(async (transaction) => {
        await sql`select 1`.execute(transaction);
        await terminate();
        // What the client hears of its socket comes in turns of its own.
        for (let turn = 0; turn < 20; turn++) await operator`select 1`;
        if (how === "goes on to its next query") await sql`select 2`.execute(transaction);
        if (how === "gives up") throw new Error("gave up");
      });
      await expect(broken).rejects.toThrow(
        how === "gives up" ? "gave up" : /CONNECTION_|ECONNRESET|terminating connection/,
      );
      // Another transaction gets the same connection, and none of the lost one's words.
      const { rows } = await db.transaction().execute(async (transaction) => {
        await sql`select 1`.execute(transaction);
        return await sql<{ id: string | null }>`select pg_current_xact_id()::text as id`
          .execute(transaction);
      });
      expect(rows[0]?.id).toMatch(/^\d+$/);
      await db.destroy();
    },
  );
});
