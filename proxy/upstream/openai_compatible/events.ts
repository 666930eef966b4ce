/** Where server-sent events begin and end in bytes, by the WHATWG HTML standard, section 9.2. @module */

type Bytes = Uint8Array<ArrayBuffer>;

const LF = 10;
const CR = 13;

/**
 * The index in `chunk` behind the last blank line, 0 when no event ends in it; `before` is what came
 * directly before it. Lines end with LF or CRLF.
 */
export function lastEventEnd(before: Bytes | undefined, chunk: Bytes): number {
  const at = (index: number) => index >= 0 ? chunk[index] : before?.[before.length + index];
  for (let index = chunk.length - 1; index >= 0; index--) {
    if (chunk[index] !== LF) continue;
    const previous = at(index - 1);
    if (previous === LF || previous === CR && at(index - 2) === LF) return index + 1;
  }
  return 0;
}

/** Splits bytes that end at an event's end into their events, blank lines included. */
export function eventsOf(whole: Bytes): Bytes[] {
  const events: Bytes[] = [];
  let start = 0;
  for (let index = 0; index < whole.length; index++) {
    if (whole[index] !== LF) continue;
    const blank = whole[index + 1] === LF
      ? index + 2
      : whole[index + 1] === CR && whole[index + 2] === LF
      ? index + 3
      : 0;
    if (blank === 0) continue;
    events.push(whole.subarray(start, blank));
    start = blank;
    index = blank - 1;
  }
  if (start < whole.length) events.push(whole.subarray(start));
  return events;
}

/** The event's `data:` lines, joined; null when it has none, as a comment or a ping. */
export function payloadOf(event: string): string | null {
  let payload: string | null = null;
  for (const line of event.split("\n")) {
    if (!line.startsWith("data:")) continue;
    const data = line.slice(5).trim();
    payload = payload === null ? data : `${payload}\n${data}`;
  }
  return payload;
}

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
