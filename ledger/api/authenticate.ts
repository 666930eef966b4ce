/** Who is calling the API. @module */
import type { Clock } from "../../shared/effects.ts";
import { verifyServiceToken } from "../../shared/identity/mod.ts";
import type { Principal } from "../../shared/permissions.ts";

/** What it takes to check a token. */
export interface TokenCheck {
  /** The secret that the rooms share, at least 32 characters. */
  readonly secret: string;
  readonly clock: Clock;
}

const LONGEST_TOKEN = 4_096;

/** The principal of an `authorization: Bearer …` header, or null when there is no genuine one. */
export function authenticate(
  authorization: string | null,
  check: TokenCheck,
): Promise<Principal | null> {
  const token = /^Bearer ([^\s]+)$/i.exec(authorization ?? "")?.[1];
  if (token === undefined || token.length > LONGEST_TOKEN) return Promise.resolve(null);
  return verifyServiceToken(token, check);
}
