/** Reading a request's JSON body within bounds of size and time. @module */
import type { Timers } from "../../shared/effects.ts";
import { type Answer, problem } from "./answer.ts";

/** Most bytes of a request body. */
export const MAX_BODY_BYTES = 64 * 1024;

const BODY_DEADLINE_MS = 10_000;

/** A body as JSON, or the answer that refuses it. */
export type BodyReading =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly answer: Answer };

/**
 * Reads a JSON body of at most {@link MAX_BODY_BYTES} that arrives within 10 s. Refuses with
 * `request_too_large`, `request_body_timeout` or `invalid_json`; an empty body is not JSON.
 */
export async function readJsonBody(request: Request, timers: Timers): Promise<BodyReading> {
  const declared = request.headers.get("content-length");
  if (declared !== null && BigInt(/^\d{1,18}$/.test(declared) ? declared : "0") > MAX_BODY_BYTES) {
    return { ok: false, answer: tooLarge() };
  }
  const bytes = await readBytes(request, timers);
  if (!(bytes instanceof Uint8Array)) return { ok: false, answer: bytes };
  try {
    return { ok: true, value: JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes)) };
  } catch {
    return {
      ok: false,
      answer: problem("invalid_json", "the body is not JSON in UTF-8; send an object"),
    };
  }
}

async function readBytes(request: Request, timers: Timers): Promise<Uint8Array | Answer> {
  if (request.body === null) return new Uint8Array();
  const reader = request.body.getReader();
  let late = false;
  const deadline = timers.after(BODY_DEADLINE_MS, () => {
    late = true;
    reader.cancel().catch(() => {});
  });
  const chunks: Uint8Array[] = [];
  let length = 0;
  try {
    while (true) {
      const { done, value } = await reader.read();
      if (late) return timedOut();
      if (done) break;
      length += value.byteLength;
      if (length > MAX_BODY_BYTES) {
        reader.cancel().catch(() => {});
        return tooLarge();
      }
      chunks.push(value);
    }
  } catch {
    return late ? timedOut() : problem("invalid_request", "the body broke off before its end");
  } finally {
    deadline.cancel();
  }
  return joined(chunks, length);
}

function joined(chunks: readonly Uint8Array[], length: number): Uint8Array {
  const whole = new Uint8Array(length);
  let offset = 0;
  for (const chunk of chunks) {
    whole.set(chunk, offset);
    offset += chunk.byteLength;
  }
  return whole;
}

function tooLarge(): Answer {
  return problem("request_too_large", `the body is over ${MAX_BODY_BYTES} bytes; send less`);
}

function timedOut(): Answer {
  return problem(
    "request_body_timeout",
    `the body took over ${BODY_DEADLINE_MS} ms; send it again`,
  );
}
