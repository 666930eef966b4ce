/** Reads the body of a form. @module */
import { HttpError } from "fresh";
import type { Timers } from "../../shared/effects.ts";

const MAX_BYTES = 64 * 1024;
const DEADLINE_MS = 10_000;

/**
 * The fields of a URL-encoded form of at most 64 KiB that arrives within 10 s; of repeated names the
 * last counts. Throws HttpError 413, 408 or 415.
 */
export async function readForm(
  request: Request,
  timers: Timers,
): Promise<Readonly<Record<string, string>>> {
  const type = request.headers.get("content-type") ?? "";
  if (!type.startsWith("application/x-www-form-urlencoded")) {
    throw new HttpError(415, "a form is expected here");
  }
  const reader = request.body?.getReader();
  if (reader === undefined) return {};
  let late = false;
  const timer = timers.after(DEADLINE_MS, () => {
    late = true;
    reader.cancel().catch(() => {});
  });
  const decoder = new TextDecoder();
  let text = "";
  let length = 0;
  try {
    while (true) {
      const { done, value } = await reader.read();
      if (late) throw new HttpError(408, "the form took too long to arrive");
      if (done) break;
      length += value.byteLength;
      if (length > MAX_BYTES) {
        await reader.cancel();
        throw new HttpError(413, "the form is too large");
      }
      text += decoder.decode(value, { stream: true });
    }
  } finally {
    timer.cancel();
  }
  return Object.fromEntries(new URLSearchParams(text + decoder.decode()));
}
