import { describe, expect, it } from "vitest";
import type { Bytes } from "../dialect.ts";
import { crc32 } from "./crc32.ts";
import {
  awsEventStream,
  awsMessage,
  EXCEPTION,
  type Framing,
  jsonArray,
  ndjson,
  sse,
} from "./mod.ts";

const encoder = new TextEncoder();
const join = (parts: readonly Bytes[]) => new Uint8Array(parts.flatMap((part) => [...part]));
const event = (name: string, payload: string) =>
  awsMessage({ ":message-type": "event", ":event-type": name }, payload);

const streams: readonly (readonly [string, Framing, Bytes, readonly string[]])[] = [
  [
    "server-sent events",
    sse,
    encoder.encode('event: a\r\ndata: {"x":1}\r\n\r\n: comment\n\ndata:{"y":"ကျပ်"}\n\n'),
    ['{"x":1}', '{"y":"ကျပ်"}'],
  ],
  [
    "lines of JSON",
    ndjson,
    encoder.encode('{"x":1}\n\n{"y":"\\n"}\r\n'),
    ['{"x":1}', '{"y":"\\n"}'],
  ],
  [
    "one array",
    jsonArray,
    encoder.encode('[{\n "x": {"y": "}]\\"{"}\n}\n,\r\n{"z": []}'),
    ['{\n "x": {"y": "}]\\"{"}\n}', '{"z": []}'],
  ],
  [
    "an AWS event stream",
    awsEventStream,
    join([event("start", '{"x":1}'), event("chunk", `{"bytes":"${btoa('{"y":2}')}","p":"ab"}`)]),
    ['{"x":1}', '{"y":2}'],
  ],
];

describe("a framing", () => {
  it.each(streams)("finds every event of %s", (_name, framing, bytes, expected) => {
    const found = framing.split(bytes).flatMap((each) => framing.eventsIn(framing.textOf(each)));
    expect(found.map(({ data }) => data)).toEqual(expected);
    expect(framing.eventsIn(framing.textOf(bytes)).map(({ data }) => data)).toEqual(expected);
  });

  it.each(streams)("ends events where they end, in single bytes of %s", (_name, framing, bytes) => {
    let pending: Bytes[] = [];
    const whole: Bytes[] = [];
    for (const byte of bytes) {
      const chunk = new Uint8Array([byte]);
      const end = framing.lastEnd(pending, chunk);
      if (end === 0) pending.push(chunk);
      else {
        whole.push(join([...pending, chunk]));
        pending = [];
      }
    }
    const atOnce = framing.lastEnd([], bytes);
    expect(join(whole)).toEqual(bytes.subarray(0, atOnce));
    expect(atOnce).toBe(bytes.length);
  });

  it.each([
    [sse, 'data: {"x":1}\n\n', true],
    [sse, 'event: a\ndata: {"x":1}   }\n\n', true],
    [sse, 'data: {"x":1}\n\ndata: {"x":2}\n\n', false],
    [sse, 'event: a\nid: 5\ndata: {"x":1}\n\n', false],
    [sse, "event: a\ndata: [DONE]\n\n", false],
    [ndjson, '{"x":1}\n', true],
    [ndjson, '{"x":1}\n{"x":2}\n', false],
  ])("%# knows when a text is one event for sure", (framing, text, expected) => {
    expect(framing.isOneEvent(text)).toBe(expected);
  });
});

describe("an AWS event stream", () => {
  it("has the checksum that its format prescribes", () => {
    // The check value of CRC-32/ISO-HDLC.
    expect(crc32(encoder.encode("123456789"))).toBe(0xcbf43926);
  });

  it("names exceptions by their type", () => {
    const bytes = awsMessage({
      ":message-type": "exception",
      ":exception-type": "throttlingException",
    }, '{"message":"slow down"}');
    expect(awsEventStream.eventsIn(awsEventStream.textOf(bytes))).toEqual([
      { name: `${EXCEPTION}throttlingException`, data: '{"message":"slow down"}' },
    ]);
  });

  it("takes no message for one whose bytes were changed on the way", () => {
    const good = event("metadata", '{"usage":{"inputTokens":1}}');
    for (let index = 0; index < good.length; index++) {
      const bad = good.slice();
      bad[index] = (bad[index] ?? 0) ^ 0x01;
      const [found] = awsEventStream.eventsIn(awsEventStream.textOf(bad));
      expect(() => JSON.parse(found?.data ?? "")).toThrow();
    }
  });
});
