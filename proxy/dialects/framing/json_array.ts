/** One JSON array whose elements are the events. @module */
import type { Bytes } from "../dialect.ts";
import type { Framing } from "./framing.ts";

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN = 0x7b;
const CLOSE = 0x7d;

/** Where a scan stands: how deep in objects, and whether inside of a string. */
interface Scan {
  depth: number;
  inString: boolean;
  escaped: boolean;
}

const decoder = new TextDecoder();

/**
 * Objects in a JSON array, as Gemini streams them without `alt=sse`. What stands between two objects
 * (brackets, commas, white space) belongs to the event behind it; only braces are counted, since
 * every event is an object.
 */
export const jsonArray: Framing = {
  lastEnd(pending, chunk) {
    const scan = newScan();
    for (const part of pending) for (const byte of part) isEnd(scan, byte);
    let end = 0;
    for (let index = 0; index < chunk.length; index++) {
      if (isEnd(scan, chunk[index] ?? 0)) end = index + 1;
    }
    return end;
  },
  split(whole) {
    const events: Bytes[] = [];
    const scan = newScan();
    let start = 0;
    for (let index = 0; index < whole.length; index++) {
      if (!isEnd(scan, whole[index] ?? 0)) continue;
      events.push(whole.subarray(start, index + 1));
      start = index + 1;
    }
    if (start < whole.length) events.push(whole.subarray(start));
    return events;
  },
  textOf: (whole) => decoder.decode(whole),
  eventsIn(text) {
    const events: { readonly name: null; readonly data: string }[] = [];
    const scan = newScan();
    let start = text.indexOf("{");
    for (let index = start; index >= 0 && index < text.length; index++) {
      if (!isEnd(scan, text.charCodeAt(index))) continue;
      events.push({ name: null, data: text.slice(start, index + 1) });
      start = text.indexOf("{", index + 1);
      if (start === -1) return events;
      index = start - 1;
    }
    // What never closes is told apart from white space: it is no JSON.
    if (start !== -1) events.push({ name: null, data: text.slice(start) });
    return events;
  },
  isOneEvent: () => false,
};

function newScan(): Scan {
  return { depth: 0, inString: false, escaped: false };
}

/** Takes one byte or UTF-16 unit; true when it closes an outermost object. */
function isEnd(scan: Scan, unit: number): boolean {
  if (scan.inString) {
    if (scan.escaped) scan.escaped = false;
    else if (unit === BACKSLASH) scan.escaped = true;
    else if (unit === QUOTE) scan.inString = false;
    return false;
  }
  if (unit === QUOTE) scan.inString = true;
  else if (unit === OPEN) scan.depth += 1;
  else if (unit === CLOSE && scan.depth > 0) {
    scan.depth -= 1;
    return scan.depth === 0;
  }
  return false;
}
