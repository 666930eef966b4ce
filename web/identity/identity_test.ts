import { PGlite } from "@electric-sql/pglite";
import { Kysely, PGliteDialect, sql } from "kysely";
import { PostgresJSDialect } from "kysely-postgres-js";
import postgres from "postgres";
import { describe, expect, it } from "vitest";
import { testDatabase } from "../../tests/servers/mod.ts";
import type { NewUser } from "../config.ts";
import { createAttemptLimiter, createIdentity, type Database, type Identity } from "./mod.ts";

const secret = "identity-test-secret-0123456789abcdef";
const user: NewUser = {
  email: "Dev@Sargalay.test",
  password: "correct horse",
  name: "Dev",
  role: "developer",
  accountId: "acc-1",
};

const open = (db: Database): Promise<Identity> =>
  createIdentity({ db, sessionSecret: secret, publicUrl: "http://127.0.0.1:8000" });

const sessionOf = (cookies: readonly string[]) =>
  new Headers({ cookie: cookies.map((cookie) => cookie.split(";")[0]).join("; ") });

/** What must hold on every database. */
async function keepsItsWord(db: Database): Promise<void> {
  // Two processes that start at once.
  const [identity, other] = await Promise.all([open(db), open(db)]);
  const [id, again] = [await identity.createUser(user), await other.createUser(user)];
  expect(again).toBe(id);

  expect(await identity.signIn("dev@sargalay.test", "wrong")).toEqual({ ok: false });
  expect(await identity.signIn("nobody@sargalay.test", "wrong")).toEqual({ ok: false });
  expect(await identity.signIn("not an email", "wrong")).toEqual({ ok: false });
  const signedIn = await identity.signIn("dev@sargalay.test", user.password);
  if (!signedIn.ok) throw new Error("the right password was refused");
  const headers = sessionOf(signedIn.cookies);
  expect(await other.personOf(headers)).toEqual({
    id,
    email: "dev@sargalay.test",
    name: "Dev",
    principal: { actor: `user:${id}`, role: "developer", accountId: "acc-1" },
  });

  await identity.createUser({ ...user, role: "auditor", accountId: null, password: "new horse" });
  expect((await identity.personOf(headers))?.principal.role).toBe("auditor");
  expect(await identity.signIn(user.email, user.password)).toEqual({ ok: false });

  await identity.signOut(headers);
  expect(await identity.personOf(headers)).toBeNull();
  expect(await identity.personOf(new Headers({ cookie: "sargalay.session_token=x.y" }))).toBeNull();
  const { rows } = await sql<{ schema: string }>`
    select distinct table_schema as schema from information_schema.tables
    where table_name in ('user', 'session', 'account') and table_schema <> 'information_schema'
  `.execute(db);
  expect(rows).toEqual([{ schema: "identity" }]);
}

describe("identity", () => {
  it("keeps its word on PGlite, and leaves the search path of the shared session alone", async () => {
    const pglite = await PGlite.create();
    const db: Database = new Kysely({ dialect: new PGliteDialect({ pglite }) });
    try {
      await keepsItsWord(db);
      const { rows } = await sql<{ path: string }>`
        select current_setting('search_path') as path`.execute(db);
      expect(rows[0]?.path).not.toContain("identity");
    } finally {
      await db.destroy();
    }
  });

  it("keeps its word on PostgreSQL", async () => {
    const database = await testDatabase();
    const client = postgres(database.url, { max: 4, onnotice: () => {} });
    const db: Database = new Kysely({ dialect: new PostgresJSDialect({ postgres: client }) });
    try {
      await keepsItsWord(db);
    } finally {
      await db.destroy();
      await database.drop();
    }
  });
});

describe("guessing passwords", () => {
  it("has to wait after ten failures, and a success forgets them", () => {
    let nowMs = 0;
    const limiter = createAttemptLimiter({ nowMs: () => nowMs });
    for (let attempt = 0; attempt < 10; attempt++) {
      expect(limiter.waitMs("a")).toBe(0);
      limiter.failed("a");
      nowMs += 1_000;
    }
    expect(limiter.waitMs("a")).toBe(15 * 60_000 - 10_000);
    expect(limiter.waitMs("b")).toBe(0);
    nowMs = 15 * 60_000;
    expect(limiter.waitMs("a")).toBe(0);
    limiter.failed("a");
    expect(limiter.waitMs("a")).toBeGreaterThan(0);
    limiter.succeeded("a");
    expect(limiter.waitMs("a")).toBe(0);
  });
});
