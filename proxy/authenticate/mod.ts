/** Who is calling: from the presented key to its account, by hash alone. @module */
import { type Failure, failure } from "../../shared/errors.ts";
import type { EdgeKey } from "../../shared/edge_config/mod.ts";
import { apiKeyHash, looksLikeApiKey } from "../../shared/ids/mod.ts";
import { ipRangeMatcher } from "../../shared/key_settings/mod.ts";

/** The key that a call came with, once it is known to be good. */
export interface Caller {
  readonly accountId: string;
  readonly keyId: string;
  /** The key itself, with its settings. */
  readonly key: EdgeKey;
}

/** When and from where a call comes. */
export interface Circumstances {
  readonly nowMs: number;
  /** The caller's IP address; null when nobody knows it. */
  readonly address: string | null;
}

/** Looks a key up by the lower-case hex SHA-256 of its secret; undefined when nobody has it. */
export type FindKey = (keyHash: string) => EdgeKey | undefined;

/**
 * The presented key: `Authorization: Bearer`, `x-api-key`, `x-goog-api-key`, `xi-api-key`, the
 * subprotocol in which OpenAI's client for browsers has it, or `?key=`, the first one found in that
 * order; null when there is none.
 */
export function presentedKey(request: Request): string | null {
  const authorization = request.headers.get("authorization");
  if (authorization !== null) {
    const bearer = /^bearer[ \t]+(\S+)[ \t]*$/i.exec(authorization);
    if (bearer) return bearer[1] ?? null;
  }
  const header = request.headers.get("x-api-key") ?? request.headers.get("x-goog-api-key") ??
    request.headers.get("xi-api-key");
  if (header !== null && header.trim() !== "") return header.trim();
  const offered = /(?:^|[ ,])openai-insecure-api-key\.([^ ,]+)/.exec(
    request.headers.get("sec-websocket-protocol") ?? "",
  );
  if (offered !== null) return offered[1] ?? null;
  const query = request.url.indexOf("?");
  if (query === -1) return null;
  return new URLSearchParams(request.url.slice(query + 1).split("#", 1)[0]).get("key") || null;
}

/**
 * Finds the caller. Fails with `invalid_api_key` (none, malformed or unknown), `api_key_revoked`,
 * `api_key_expired` or `address_not_allowed` (also when the key asks for a range and nobody knows the
 * address); none of them repeats the secret.
 */
export function authenticate(
  request: Request,
  findKey: FindKey,
  { nowMs, address }: Circumstances,
): { readonly caller: Caller } | { readonly failure: Failure } {
  const secret = presentedKey(request);
  if (secret === null) {
    const ways = "`Authorization: Bearer …`, `x-api-key` or `x-goog-api-key`";
    return refuse("invalid_api_key", `No API key was given. Send it as ${ways}.`);
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
  if (!mayComeFrom(key, address)) {
    return refuse(
      "address_not_allowed",
      `The API key ${key.keyId} may not be used from ${address ?? "an unknown address"}.`,
    );
  }
  return { caller: { accountId: key.accountId, keyId: key.keyId, key } };
}

/** Parsed once for each state of a key that the feed brought. */
const ranges = new WeakMap<EdgeKey, (address: string) => boolean>();

function mayComeFrom(key: EdgeKey, address: string | null): boolean {
  const { ipRanges } = key;
  if (ipRanges === null || ipRanges === undefined) return true;
  if (address === null) return false;
  const matches = ranges.get(key) ?? ipRangeMatcher(ipRanges);
  ranges.set(key, matches);
  return matches(address);
}

function refuse(
  code: "invalid_api_key" | "api_key_revoked" | "api_key_expired" | "address_not_allowed",
  message: string,
): { readonly failure: Failure } {
  return { failure: failure(code, message) };
}
