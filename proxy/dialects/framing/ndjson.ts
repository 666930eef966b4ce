/** Lines of JSON, each one event. @module */
import type { Bytes } from "../dialect.ts";
import type { Framing } from "./framing.ts";

const LF = 10;
const decoder = new TextDecoder();

/** Newline-delimited JSON; lines end with LF or CRLF, and empty ones are no events. */
export const ndjson: Framing = {
  lastEnd: (_pending, chunk) => chunk.lastIndexOf(LF) + 1,
  split(whole) {
    const lines: Bytes[] = [];
    for (let start = 0; start < whole.length;) {
      const end = whole.indexOf(LF, start);
      const next = end === -1 ? whole.length : end + 1;
      lines.push(whole.subarray(start, next));
      start = next;
    }
    return lines;
  },
  textOf: (whole) => decoder.decode(whole),
  eventsIn: (text) =>
    text.split("\n").flatMap((line) => {
      const data = line.trim();
      return data === "" ? [] : [{ name: null, data }];
    }),
  isOneEvent: (text) =>
    text.startsWith("{") && text.endsWith("}\n") && text.indexOf("\n") === text.length - 1,
};
