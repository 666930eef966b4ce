/** Reads a JSON body within bounds of size and time. @module */
import type { Timers } from "../../shared/effects.ts";
import { refuse } from "./answer.ts";

/** Most bytes of a body. */
export const MAX_BODY_BYTES = 64 * 1024;
const DEADLINE_MS = 10_000;

/**
 * The value of a JSON body of at most {@link MAX_BODY_BYTES} that arrives within 10 s. Throws
 * FailureError `request_too_large`, `request_body_timeout`, `invalid_json` or `invalid_request`.
 */
export async function readJson(request: Request, timers: Timers): Promise<unknown> {
  const type = request.headers.get("content-type") ?? "";
  if (!/^application\/json\s*(;|$)/i.test(type)) {
    throw refuse("invalid_request", "content-type must be application/json", "content-type");
  }
  const text = await readText(request, timers);
  try {
    return JSON.parse(text);
  } catch {
    throw refuse("invalid_json", "the body is not JSON; send an object");
  }
}

async function readText(request: Request, timers: Timers): Promise<string> {
  const reader = request.body?.getReader();
  if (reader === undefined) return "";
  let late = false;
  const timer = timers.after(DEADLINE_MS, () => {
    late = true;
    reader.cancel().catch(() => {});
  });
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let text = "";
  let length = 0;
  try {
    while (true) {
      const { done, value } = await reader.read();
      if (late) throw refuse("request_body_timeout", `the body took over ${DEADLINE_MS} ms`);
      if (done) return text + decoder.decode();
      length += value.byteLength;
      if (length > MAX_BODY_BYTES) {
        reader.cancel().catch(() => {});
        throw refuse("request_too_large", `the body is over ${MAX_BODY_BYTES} bytes; send less`);
      }
      text += decoder.decode(value, { stream: true });
    }
  } catch (error) {
    if (error instanceof TypeError) throw refuse("invalid_json", "the body is not UTF-8");
    throw error;
  } finally {
    timer.cancel();
  }
}
