/** Copying a body while it goes to the client. @module */
import type { Bytes } from "../dialects/mod.ts";
import { type AnswerArchive, MAX_KEPT_BYTES, type ReplaySecret } from "./archive.ts";

/** The same response, whose body is kept once all of it has come. */
export function keptWhole(
  archive: AnswerArchive,
  requestId: string,
  secret: ReplaySecret,
  response: Response,
): Response {
  const { body, status, headers } = response;
  if (body === null) return response;
  const kept = copied(
    body,
    MAX_KEPT_BYTES,
    (whole) =>
      archive.keep(requestId, secret, {
        status,
        headers: Object.fromEntries(headers),
        body: whole,
      }),
  );
  return new Response(kept, { status, headers });
}

/**
 * Hands a body on, and calls `onWhole` with all of it before its end is shown; not at all when the
 * body breaks off, is longer than `maxBytes`, or its reader goes away.
 */
export function copied(
  body: ReadableStream<Bytes>,
  maxBytes: number,
  onWhole: (whole: Bytes) => Promise<unknown>,
): ReadableStream<Bytes> {
  const parts: Bytes[] = [];
  let length = 0;
  return body.pipeThrough(
    new TransformStream<Bytes, Bytes>({
      transform(chunk, controller) {
        length += chunk.length;
        if (length <= maxBytes) parts.push(chunk);
        else parts.length = 0;
        controller.enqueue(chunk);
      },
      async flush() {
        if (length <= maxBytes) await onWhole(joined(parts, length));
      },
    }),
  );
}

function joined(parts: readonly Bytes[], length: number): Bytes {
  const whole = new Uint8Array(length);
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}
