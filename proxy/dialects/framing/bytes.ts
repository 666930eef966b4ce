/** Bytes in parts. @module */
import type { Bytes } from "../dialect.ts";

/** The parts and the last one as one; no copy when there is only one. */
export function concatenated(parts: readonly Bytes[], last: Bytes): Bytes {
  if (parts.length === 0) return last;
  let length = last.length;
  for (const part of parts) length += part.length;
  const whole = new Uint8Array(length);
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  whole.set(last, offset);
  return whole;
}
