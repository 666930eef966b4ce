/** Who is calling: from the presented key to its account, by hash alone. @module */
import { type Failure, failure } from "../../shared/errors.ts";
import type { EdgeKey } from "../../shared/edge_config/mod.ts";
import { apiKeyHash, looksLikeApiKey } from "../../shared/ids/mod.ts";

/** The key that a call came with, once it is known to be good. */
export interface Caller {
  readonly accountId: string;
  readonly keyId: string;
}

/** Looks a key up by the lower-case hex SHA-256 of its secret; undefined when nobody has it. */
export type FindKey = (keyHash: string) => EdgeKey | undefined;

/**
 * The presented key: `Authorization: Bearer`, `x-api-key`, `x-goog-api-key` or `?key=`, the first
 * one found in that order; null when there is none.
 */
export function presentedKey(request: Request): string | null {
  const authorization = request.headers.get("authorization");
  if (authorization !== null) {
    const bearer = /^bearer[ \t]+(\S+)[ \t]*$/i.exec(authorization);
    if (bearer) return bearer[1] ?? null;
  }
  const header = request.headers.get("x-api-key") ?? request.headers.get("x-goog-api-key");
  if (header !== null && header.trim() !== "") return header.trim();
  const query = request.url.indexOf("?");
  if (query === -1) return null;
  return new URLSearchParams(request.url.slice(query + 1).split("#", 1)[0]).get("key") || null;
}

/**
 * Finds the caller. Fails with `invalid_api_key` (none, malformed or unknown), `api_key_revoked` or
 * `api_key_expired`; none of them repeats the secret.
 */
export function authenticate(
  request: Request,
  findKey: FindKey,
  nowMs: number,
): { readonly caller: Caller } | { readonly failure: Failure } {
  const secret = presentedKey(request);
  if (secret === null) {
    return refuse("invalid_api_key", "No API key was given. Send it as `Authorization: Bearer …`.");
  }
  const key = looksLikeApiKey(secret) ? findKey(apiKeyHash(secret)) : undefined;
  if (key === undefined) {
    return refuse(
      "invalid_api_key",
      "The API key is not known here. Check it, or issue a new one.",
    );
  }
  if (key.revoked) {
    return refuse("api_key_revoked", `The API key ${key.keyId} was revoked. Issue a new one.`);
  }
  if (key.expiresAtMs !== null && key.expiresAtMs <= nowMs) {
    return refuse("api_key_expired", `The API key ${key.keyId} has expired. Issue a new one.`);
  }
  return { caller: { accountId: key.accountId, keyId: key.keyId } };
}

function refuse(
  code: "invalid_api_key" | "api_key_revoked" | "api_key_expired",
  message: string,
): { readonly failure: Failure } {
  return { failure: failure(code, message) };
}
