/** Who is at the keyboard: users, passwords and sessions. @module */
export { createIdentity, type Identity, type Person, type SignInResult } from "./identity.ts";
export type { Database } from "./auth.ts";
export { type AttemptLimiter, createAttemptLimiter } from "./attempt_limiter.ts";
