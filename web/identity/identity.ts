/** Users and sessions as the pages see them. @module */
import { type Principal, type Role, ROLES } from "../../shared/permissions.ts";
import type { NewUser } from "../config.ts";
import { type Auth, createAuth, type Database, IDENTITY_SCHEMA, migrateIdentity } from "./auth.ts";

/** Someone who is signed in. */
export interface Person {
  readonly id: string;
  readonly email: string;
  readonly name: string;
  readonly principal: Principal;
}

/** The outcome of a sign-in: cookies to set, or that email and password do not fit. */
export type SignInResult =
  | { readonly ok: true; readonly cookies: readonly string[] }
  | { readonly ok: false };

/** What the room knows about people. */
export interface Identity {
  /** Checks a password; the answer never tells whether the email is known. */
  signIn(email: string, password: string): Promise<SignInResult>;
  /** Ends the session of these headers; returns the cookies that clear it. */
  signOut(headers: Headers): Promise<readonly string[]>;
  /** Who these headers' session belongs to; null when nobody's. */
  personOf(headers: Headers): Promise<Person | null>;
  /**
   * Creates a user, or brings name, role, account and password of the one with this email up to
   * date. Idempotent. Returns the user's id.
   */
  createUser(user: NewUser): Promise<string>;
}

/** Migrates the schema `identity` and opens it. Throws when the database can't be reached. */
export async function createIdentity(options: {
  readonly db: Database;
  readonly sessionSecret: string;
  readonly publicUrl: string;
}): Promise<Identity> {
  await migrateIdentity(options);
  const auth = createAuth({ ...options, db: options.db.withSchema(IDENTITY_SCHEMA) });
  return {
    signIn: (email, password) => signIn(auth, email, password),
    async signOut(headers) {
      const response = await auth.api.signOut({ headers, asResponse: true });
      return response.headers.getSetCookie();
    },
    async personOf(headers) {
      const session = await auth.api.getSession({ headers });
      return session === null ? null : personFrom(session.user);
    },
    createUser: (user) => createUser(auth, user),
  };
}

async function signIn(auth: Auth, email: string, password: string): Promise<SignInResult> {
  const response = await auth.api.signInEmail({ body: { email, password }, asResponse: true });
  const cookies = response.headers.getSetCookie();
  await response.body?.cancel();
  if (response.ok) return { ok: true, cookies };
  if (response.status < 500) return { ok: false };
  throw new Error(`sign-in failed with status ${response.status}`);
}

function personFrom(user: {
  readonly id: string;
  readonly email: string;
  readonly name: string;
  readonly role: string;
  readonly accountId?: string | null | undefined;
}): Person | null {
  // A role that this version does not know may do nothing.
  const role = ROLES.find((known): known is Role => known === user.role);
  if (role === undefined) return null;
  const principal = { actor: `user:${user.id}`, role, accountId: user.accountId ?? null };
  return { id: user.id, email: user.email, name: user.name, principal };
}

async function createUser(auth: Auth, user: NewUser): Promise<string> {
  const { internalAdapter, password } = await auth.$context;
  const email = user.email.toLowerCase();
  const facts = { name: user.name, role: user.role, accountId: user.accountId };
  const known = await internalAdapter.findUserByEmail(email, { includeAccounts: true });
  if (known === null) {
    const created = await internalAdapter.createUser(
      { ...facts, email, emailVerified: true },
      { method: "email-password" },
    );
    await internalAdapter.linkAccount({
      userId: created.id,
      providerId: "credential",
      accountId: created.id,
      password: await password.hash(user.password),
    });
    return created.id;
  }
  await internalAdapter.updateUser(known.user.id, facts);
  const credential = known.accounts.find((account) => account.providerId === "credential");
  const hash = credential?.password ?? null;
  if (hash === null || !await password.verify({ hash, password: user.password })) {
    await internalAdapter.updatePassword(known.user.id, await password.hash(user.password));
  }
  return known.user.id;
}
