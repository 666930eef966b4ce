/** The set-up of better-auth over a database schema of its own. @module */
import { betterAuth } from "better-auth";
import { getMigrations } from "better-auth/db/migration";
import { type Kysely, sql } from "kysely";

/** The Postgres schema that holds users and sessions. */
export const IDENTITY_SCHEMA = "identity";

const WEEK_S = 7 * 24 * 60 * 60;
const MIGRATION_LOCK = 5_271_023;

/** A database of any shape: the tables here are better-auth's. */
export type Database = Kysely<Record<string, never>>;

/** What better-auth is set up with. */
export interface AuthOptions {
  readonly db: Database;
  readonly sessionSecret: string;
  readonly publicUrl: string;
}

/** Builds better-auth: email and password, no public sign-up, role and account on the user. */
export function createAuth({ db, sessionSecret, publicUrl }: AuthOptions) {
  return betterAuth({
    database: { db, type: "postgres" as const },
    secret: sessionSecret,
    baseURL: publicUrl,
    telemetry: { enabled: false },
    logger: { disabled: true },
    emailAndPassword: { enabled: true, disableSignUp: true, minPasswordLength: 8 },
    session: { expiresIn: WEEK_S, updateAge: WEEK_S / 7 },
    user: {
      additionalFields: {
        role: { type: "string" as const, required: true, input: false },
        accountId: { type: "string" as const, required: false, input: false },
      },
    },
    advanced: {
      cookiePrefix: "sargalay",
      useSecureCookies: publicUrl.startsWith("https://"),
      defaultCookieAttributes: { httpOnly: true, sameSite: "lax" as const, path: "/" },
    },
  });
}

/** See {@link createAuth}. */
export type Auth = ReturnType<typeof createAuth>;

/**
 * Creates or completes the tables. Idempotent and atomic; two processes that do it at once take
 * turns. The search path is set for this transaction alone, so a shared session is left as it was.
 */
export async function migrateIdentity(options: AuthOptions): Promise<void> {
  await options.db.transaction().execute(async (transaction) => {
    await sql`select pg_advisory_xact_lock(${sql.lit(MIGRATION_LOCK)})`.execute(transaction);
    await sql`create schema if not exists ${sql.ref(IDENTITY_SCHEMA)}`.execute(transaction);
    await sql`set local search_path to ${sql.ref(IDENTITY_SCHEMA)}`.execute(transaction);
    const auth = createAuth({ ...options, db: transaction });
    const { runMigrations } = await getMigrations(auth.options);
    await runMigrations();
  });
}
