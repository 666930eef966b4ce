import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { JsonValue } from "../../shared/json.ts";
import { USAGE_CLASSES } from "../../shared/usage/mod.ts";
import {
  parseRecording,
  readerOf,
  type ReadRecording,
  readRecordings,
} from "../../tests/recordings/mod.ts";
import { dialectOf } from "./mod.ts";
import { awsEventStream, awsMessage, jsonArray, ndjson, sse } from "./framing/mod.ts";
import type { Bytes } from "./mod.ts";

const APIS = [
  ["anthropic.messages", "anthropic.messages"],
  ["google.generateContent", "google.generateContent"],
  ["google.generateContent", "google.streamGenerateContent"],
  ["google.interactions", "google.interactions"],
  ["google.predict", "google.predict"],
  ["cohere.chat", "cohere.chat"],
  ["cohere.embed", "cohere.embed"],
  ["cohere.rerank", "cohere.rerank"],
  ["ollama.chat", "ollama.chat"],
  ["bedrock.converse", "bedrock.converse"],
  ["bedrock.converse", "bedrock.converse-stream"],
  ["bedrock.invoke", "bedrock.invoke"],
  ["bedrock.invoke", "bedrock.invoke-stream"],
] as const;

const FRAMINGS = { sse, ndjson, "json-array": jsonArray, eventstream: awsEventStream } as const;
const encoder = new TextEncoder();

const STRANGE: readonly JsonValue[] = [
  null,
  true,
  -1,
  1.5,
  1e300,
  "",
  "text",
  [],
  [null],
  {},
  { type: "text", text: null },
];

/** The value with one of its parts, chosen by `picks`, replaced by something strange. */
function broken(value: JsonValue, picks: readonly number[], strange: JsonValue): JsonValue {
  const [pick = 0, ...rest] = picks;
  if (typeof value !== "object" || value === null || rest.length === 0) return strange;
  if (Array.isArray(value)) {
    if (value.length === 0) return strange;
    const at = pick % value.length;
    return value.map((each, index) => index === at ? broken(each, rest, strange) : each);
  }
  const members = Object.entries(value);
  const [name, member] = members[pick % Math.max(1, members.length)] ?? [];
  if (name === undefined) return strange;
  return { ...value, [name]: broken(member ?? null, rest, strange) };
}

/** A few recordings of an API with their readers, and their answers as JSON. */
async function samples(dialectName: (typeof APIS)[number][0], api: string) {
  const dialect = dialectOf(dialectName);
  const found: { read: ReadRecording; events: JsonValue[]; frame: (event: string) => Bytes }[] = [];
  for (const recording of readRecordings({ api })) {
    if (recording.response.status !== 200 || recording.response.body.length > 20_000) continue;
    const { parsed } = await parseRecording(dialect, recording);
    if ("failure" in parsed) continue;
    const read = readerOf(dialect, parsed.request, recording);
    const framing = FRAMINGS[recording.framing as keyof typeof FRAMINGS] ?? jsonArray;
    const events = framing.eventsIn(framing.textOf(read.bytes)).flatMap(({ data, name }) => {
      try {
        return [{ data: JSON.parse(data) as JsonValue, name }];
      } catch {
        return [];
      }
    });
    const frame = (event: string) =>
      framing === awsEventStream
        ? awsMessage({ ":message-type": "event", ":event-type": "metadata" }, event)
        : encoder.encode(framing === sse ? `data: ${event}\n\n` : `${event}\n`);
    found.push({ read, events: events.map(({ data }) => data), frame });
    if (found.length === 12) break;
  }
  return found;
}

describe("whatever a provider sends", () => {
  it.each(APIS)("%s reads %s without a fault, and no count is broken", async (dialect, api) => {
    const all = await samples(dialect, api);
    expect(all.length).toBeGreaterThan(0);
    const property = fc.property(
      fc.nat({ max: all.length - 1 }),
      fc.array(fc.nat({ max: 30 }), { minLength: 1, maxLength: 7 }),
      fc.constantFrom(...STRANGE),
      (which, picks, strange) => {
        const { read: { reader, head }, events, frame } = all[which] ?? all[0] ?? never();
        const wrong = broken(events, picks, strange);
        const list = Array.isArray(wrong) ? wrong : [wrong];
        const usages = [];
        if (reader.streams) {
          let state = reader.streamStart(head);
          for (const event of list) {
            const [next, outputs] = reader.streamStep(state, frame(JSON.stringify(event)));
            state = next;
            if (outputs.some(({ kind }) => kind === "failure")) break;
          }
          [state] = reader.streamEnd(state);
          state = reader.streamCount(state);
          expect(state.counted.ascii).toBeGreaterThanOrEqual(0);
          usages.push(state.usage);
        } else {
          const body = encoder.encode(JSON.stringify(list[0] ?? null));
          const reading = reader.readAnswer(body, head);
          if (!("failure" in reading)) {
            reading.text();
            usages.push(reading.usage);
          }
          reader.readBeginning(body.subarray(0, body.length >> 1));
          reader.failure({ ...head, status: 400 }, JSON.stringify(list[0] ?? null));
        }
        for (const usage of usages) {
          for (const each of USAGE_CLASSES) {
            const units = usage?.[each] ?? 0;
            expect(Number.isSafeInteger(units) && units >= 0).toBe(true);
          }
        }
      },
    );
    fc.assert(property, { numRuns: 400 });
  });
});

function never(): never {
  throw new Error("there are samples");
}
