/** Limits on what the client sends. @module */
import type { Timers } from "../../shared/effects.ts";
import { type Failure, failure, FailureError } from "../../shared/errors.ts";
import type { CallLimits } from "./limits.ts";

/** `headers_too_large` when the request's headers exceed the limit, else null. */
export function headersFailure(
  headers: Headers,
  limits: Pick<CallLimits, "headerBytes">,
): Failure | null {
  let bytes = 0;
  for (const [name, value] of headers) bytes += name.length + value.length + 4;
  return bytes <= limits.headerBytes ? null : failure(
    "headers_too_large",
    `The request headers have ${bytes} bytes; at most ${limits.headerBytes} are accepted.`,
  );
}

/**
 * Reads a body within size and time. Throws FailureError with `request_too_large`,
 * `request_body_timeout`, or `client_gone` when the connection broke meanwhile.
 */
export async function readBody(
  request: Request,
  limits: Pick<CallLimits, "bodyBytes" | "bodyMs">,
  timers: Timers,
): Promise<Uint8Array<ArrayBuffer>> {
  const announced = request.headers.get("content-length");
  if (announced !== null && Number(announced) > limits.bodyBytes) throw tooLarge(limits);
  const read = announced === null ? readInParts(request, limits) : readAtOnce(request);
  const gone = (cause: unknown) =>
    new FailureError(failure("client_gone", "The client went away while it sent its request."), {
      cause,
    });
  return await new Promise((resolve, reject) => {
    const timer = timers.after(limits.bodyMs, () => {
      reject(
        new FailureError(failure(
          "request_body_timeout",
          `The request body was not complete after ${limits.bodyMs} ms.`,
        )),
      );
      read.cancel();
    });
    read.bytes.then((bytes) => {
      if (bytes.length > limits.bodyBytes) throw tooLarge(limits);
      resolve(bytes);
    }).catch((error) => {
      reject(error instanceof FailureError ? error : gone(error));
    }).finally(() => timer.cancel());
  });
}

interface Reading {
  readonly bytes: Promise<Uint8Array<ArrayBuffer>>;
  cancel(): void;
}

/** The server holds a body to its announced length, so it can be read in one go. */
function readAtOnce(request: Request): Reading {
  return { bytes: request.bytes(), cancel: () => {} };
}

function readInParts(request: Request, limits: Pick<CallLimits, "bodyBytes">): Reading {
  if (request.body === null) {
    return { bytes: Promise.resolve(new Uint8Array(0)), cancel: () => {} };
  }
  const reader = request.body.getReader();
  return { bytes: readAll(reader, limits), cancel: () => void reader.cancel().catch(() => {}) };
}

async function readAll(
  reader: ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>>,
  limits: Pick<CallLimits, "bodyBytes">,
): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    length += value.length;
    if (length > limits.bodyBytes) {
      reader.cancel().catch(() => {});
      throw tooLarge(limits);
    }
    chunks.push(value);
  }
  return concatenate(chunks, length);
}

function concatenate(chunks: Uint8Array<ArrayBuffer>[], length: number): Uint8Array<ArrayBuffer> {
  if (chunks.length === 1 && chunks[0] !== undefined) return chunks[0];
  const whole = new Uint8Array(length);
  let offset = 0;
  for (const chunk of chunks) {
    whole.set(chunk, offset);
    offset += chunk.length;
  }
  return whole;
}

function tooLarge(limits: Pick<CallLimits, "bodyBytes">): FailureError {
  return new FailureError(failure(
    "request_too_large",
    `The request body has more than ${limits.bodyBytes} bytes.`,
  ));
}
