/** Who calls the management API: a bearer of a token, or somebody who is signed in. @module */
import type { Clock } from "../../shared/effects.ts";
import { verifyServiceToken } from "../../shared/identity/mod.ts";
import type { Principal } from "../../shared/permissions.ts";
import type { FormGuard } from "../forms/mod.ts";
import type { Identity } from "../identity/mod.ts";
import { cookieOf } from "../preferences/mod.ts";
import { refuse } from "./answer.ts";

/** What it takes to know callers. */
export interface CallerCheck {
  /** Verifies tokens; at least 32 characters. */
  readonly serviceSecret: string;
  readonly clock: Clock;
  readonly identity: Pick<Identity, "personOf">;
  readonly guard: FormGuard;
}

/** Someone known. */
export interface Caller {
  readonly principal: Principal;
  /** What a signed-in browser sends as `x-csrf-token` with each write; null for a bearer. */
  readonly csrfToken: string | null;
}

/** The header that shows that a write of a signed-in browser comes from a page of ours. */
export const CSRF_HEADER = "x-csrf-token";

const LONGEST_TOKEN = 4_096;

/**
 * The caller of a request. Throws FailureError `invalid_token` when nobody is known, and
 * `permission_denied` for a write of a session that does not show that it comes from our own pages.
 */
export async function callerOf(request: Request, check: CallerCheck): Promise<Caller> {
  const authorization = request.headers.get("authorization");
  if (authorization !== null) {
    const token = /^Bearer (\S+)$/i.exec(authorization)?.[1] ?? "";
    const principal = token === "" || token.length > LONGEST_TOKEN
      ? null
      : await verifyServiceToken(token, { secret: check.serviceSecret, clock: check.clock });
    if (principal === null) throw refuse("invalid_token", "the bearer token is not valid");
    return { principal, csrfToken: null };
  }
  const person = await check.identity.personOf(request.headers);
  if (person === null) {
    throw refuse("invalid_token", "a bearer token or a signed-in session is needed");
  }
  const visitor = cookieOf(request, "sargalay_visitor") ?? "";
  const isVisitor = /^[0-9a-f]{32}$/.test(visitor);
  if (request.method !== "GET") {
    const token = request.headers.get(CSRF_HEADER) ?? "";
    const site = request.headers.get("sec-fetch-site");
    const isOurs = isVisitor && (site === null || site === "same-origin") &&
      check.guard.accepts(token, visitor, person.id);
    if (!isOurs) {
      throw refuse(
        "permission_denied",
        `a signed-in session needs the csrfToken of GET /api/session as ${CSRF_HEADER}`,
        CSRF_HEADER,
      );
    }
  }
  const csrfToken = isVisitor ? check.guard.token(visitor, person.id) : null;
  return { principal: person.principal, csrfToken };
}
