/** What makes two requests the same one. @module */
import { createHash } from "node:crypto";
import { failure, FailureError } from "../../shared/errors.ts";
import type { Bytes } from "../dialects/mod.ts";

const KEY = /^[\x21-\x7e]{1,255}$/;

/** What a PlaceHold says of a request's idempotency; both in lower-case hex. */
export interface RequestIdentity {
  readonly keyHash: string;
  readonly bodyHash: string;
}

/**
 * The client's `Idempotency-Key`, or null. Throws FailureError `invalid_request` unless it is 1 to 255
 * visible ASCII characters.
 */
export function idempotencyKeyOf(headers: Headers): string | null {
  const key = headers.get("idempotency-key");
  if (key === null) return null;
  if (KEY.test(key)) return key;
  throw new FailureError(
    failure("invalid_request", "The Idempotency-Key is not 1 to 255 visible ASCII characters."),
  );
}

/** Hashes the key, and the path together with the body. */
export function requestIdentity(key: string, path: string, body: Bytes): RequestIdentity {
  return {
    keyHash: createHash("sha256").update(key).digest("hex"),
    bodyHash: createHash("sha256").update(`${path}\n`).update(body).digest("hex"),
  };
}
