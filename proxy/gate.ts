/** Who comes in: what is looked at before anything of a request is read. @module */
import { failure, FailureError } from "../shared/errors.ts";
import type { ProxyDeps } from "./app.ts";
import { authenticate, type Caller } from "./authenticate/mod.ts";
import { headersFailure } from "./limits/mod.ts";

/** What {@link admit} needs to know of a request beside itself. */
export interface Peer {
  /** The address at the other end of the connection; null when the platform does not say. */
  readonly address: string | null;
}

/**
 * The caller of a request. Throws FailureError when the proxy is closing, when keys aren't known, or
 * when the key is not good for this caller.
 */
export function admit(deps: ProxyDeps, request: Request, peer: Peer): Caller {
  if (deps.closing()) throw shuttingDown();
  if (!deps.config.fresh()) throw ledgerUnavailable();
  const asked = authenticate(request, deps.config.findKey, {
    nowMs: deps.effects.clock.nowMs(),
    address: clientAddress(deps, request, peer),
  });
  if ("failure" in asked) throw new FailureError(asked.failure);
  return asked.caller;
}

/** Where a call comes from: the last hop that a trusted front door wrote down, else the peer itself. */
function clientAddress(deps: ProxyDeps, request: Request, peer: Peer): string | null {
  if (!deps.trustForwarded) return peer.address;
  const forwarded = request.headers.get("x-forwarded-for")?.split(",").at(-1)?.trim();
  return forwarded || peer.address;
}

/** Throws FailureError `headers_too_large`. */
export function checkHeaders(deps: ProxyDeps, request: Request): void {
  const refused = headersFailure(request.headers, deps.limits);
  if (refused !== null) throw new FailureError(refused);
}

/** Throws FailureError `ledger_unavailable` when too many settlements wait for the ledger. */
export function refuseWhenOverloaded(deps: ProxyDeps): void {
  if (deps.journal.open() >= deps.maxOpenSettlements) throw ledgerUnavailable();
}

/** The refusal of new calls at shutdown. */
export function shuttingDown(): FailureError {
  return new FailureError(
    failure("shutting_down", "This proxy is shutting down. Try again; another one will answer.", {
      retryAfterMs: 1_000,
    }),
  );
}

function ledgerUnavailable(): FailureError {
  return new FailureError(
    failure("ledger_unavailable", "The ledger can't be reached, so no call is made. Try again.", {
      retryAfterMs: 1_000,
    }),
  );
}
