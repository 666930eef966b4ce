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

/** What a request asks for besides its body: the path and the query, without a key in it. */
export function pathAsked({ url }: Pick<Request, "url">): string {
  const { pathname, searchParams } = new URL(url);
  searchParams.delete("key");
  return `${pathname}?${searchParams}`;
}

/**
 * Hashes the key, and the path together with the body. The boundary of a form counts for nothing:
 * clients draw a new one for each retry.
 */
export function requestIdentity(
  key: string,
  path: string,
  body: Bytes,
  contentType = "",
): RequestIdentity {
  const boundary = /^multipart\/form-data\b.*\bboundary="?([^";,]{8,70})/i.exec(contentType)?.[1];
  return {
    keyHash: createHash("sha256").update(key).digest("hex"),
    bodyHash: createHash("sha256").update(`${path}\n`)
      .update(boundary === undefined ? body : latin1.decode(body).replaceAll(boundary, "\n"))
      .digest("hex"),
  };
}

/** Each byte is a character of its own, so that no two bodies become one text. */
const latin1 = new TextDecoder("latin1");
