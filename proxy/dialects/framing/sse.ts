/** Where server-sent events begin and end in bytes, by the WHATWG HTML standard, section 9.2. @module */

import type { Bytes } from "../dialect.ts";
import type { FramedEvent, Framing } from "./framing.ts";

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

/** The event's name and `data:` lines, joined; null when it has no data, as a comment. */
export function eventOf(text: string): FramedEvent | null {
  let name: string | null = null;
  let data: string | null = null;
  for (const line of text.split("\n")) {
    if (line.startsWith("event:")) name = line.slice(6).trim();
    if (!line.startsWith("data:")) continue;
    const value = line.slice(5).trim();
    data = data === null ? value : `${data}\n${value}`;
  }
  return data === null || data === "" ? null : { name, data };
}

const decoder = new TextDecoder();

/** Server-sent events. */
export const sse: Framing = {
  lastEnd: (pending, chunk) => lastEventEnd(pending.at(-1), chunk),
  split: eventsOf,
  textOf: (whole) => decoder.decode(whole),
  eventsIn: (text) =>
    text.split(/\r?\n\r?\n/).flatMap((each) => {
      const event = eventOf(each);
      return event === null ? [] : [event];
    }),
  isOneEvent(text) {
    // The line of the event's name, where there is one, stands before its data.
    const start = text.startsWith("event: ") ? text.indexOf("\n") + 1 : 0;
    return text.startsWith("data: {", start) && text.endsWith("}\n\n") &&
      text.indexOf("\n", start) === text.length - 2;
  },
};
