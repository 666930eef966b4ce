/** Short-lived signed tokens for calls between rooms (JWT, HS256). @module */
import { sign, verify } from "hono/jwt";
import { z } from "zod";
import type { Clock } from "../effects.ts";
import { type Principal, ROLES } from "../permissions.ts";

const AUDIENCE = "sargalay";

const claimsSchema = z.object({
  sub: z.string().regex(/^(user|service|system):[A-Za-z0-9._@-]{1,128}$/),
  role: z.enum(ROLES),
  account: z.string().nullable(),
  aud: z.literal(AUDIENCE),
  iat: z.number(),
  exp: z.number(),
});

/**
 * Signs a token that speaks for `principal` during `ttlMs`. `secret` has at least 32 characters and is
 * shared by the rooms; it never leaves them.
 */
export function signServiceToken(
  principal: Principal,
  options: { readonly secret: string; readonly clock: Clock; readonly ttlMs: number },
): Promise<string> {
  const nowS = Math.floor(options.clock.nowMs() / 1000);
  return sign(
    {
      sub: principal.actor,
      role: principal.role,
      account: principal.accountId,
      aud: AUDIENCE,
      iat: nowS,
      exp: nowS + Math.ceil(options.ttlMs / 1000),
    },
    options.secret,
    "HS256",
  );
}

/** The principal of a genuine, unexpired token, or null for any other text. */
export async function verifyServiceToken(
  token: string,
  options: { readonly secret: string; readonly clock: Clock },
): Promise<Principal | null> {
  let payload: unknown;
  try {
    // Expiry is checked below against the clock that we were given.
    payload = await verify(token, options.secret, {
      alg: "HS256",
      exp: false,
      iat: false,
      nbf: false,
    });
  } catch {
    return null;
  }
  const claims = claimsSchema.safeParse(payload);
  if (!claims.success) return null;
  const nowS = Math.floor(options.clock.nowMs() / 1000);
  if (claims.data.exp <= nowS || claims.data.iat > nowS + 60) return null;
  return { actor: claims.data.sub, role: claims.data.role, accountId: claims.data.account };
}
