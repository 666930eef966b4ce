/** The demo's admin token. @module */
import type { Clock } from "../../shared/effects.ts";
import { signServiceToken } from "../../shared/identity/mod.ts";

/** How long the demo's admin token is good for, in milliseconds: seven days. */
export const ADMIN_TOKEN_TTL_MS = 7 * 24 * 60 * 60 * 1_000;

/** Signs a token that may do everything, for the demo's operator. */
export function signAdminToken(secret: string, clock: Clock): Promise<string> {
  return signServiceToken(
    { actor: "service:demo", role: "admin", accountId: null },
    { secret, clock, ttlMs: ADMIN_TOKEN_TTL_MS },
  );
}
