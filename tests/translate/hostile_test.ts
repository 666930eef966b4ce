import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { dialectOf } from "../../proxy/dialects/mod.ts";
import type { JsonObject, JsonValue } from "../../shared/json.ts";
import { arrivedJson, bytesOf, runStream } from "../dialects/mod.ts";
import { readRecordings } from "../recordings/mod.ts";
import { eventsIn } from "./recorded.ts";
import { MODELS, type Protocol, smallestCall, translated, translation } from "./translating.ts";

const PROTOCOLS = Object.keys(MODELS) as Protocol[];
const pairs = PROTOCOLS.flatMap((from) =>
  PROTOCOLS.filter((to) => to !== from).map((to) => [from, to] as const)
);

const APIS: Readonly<Record<Protocol, string>> = {
  "openai.chat.completions": "openai.chat.completions",
  "openai.responses": "openai.responses",
  "anthropic.messages": "anthropic.messages",
  "google.generateContent": "google.streamGenerateContent",
};

const HEAD = { status: 200, headers: new Headers({ "content-type": "text/event-stream" }) };

/** Values that stand where a reader expects others. */
const odd = fc.oneof(
  fc.constantFrom<JsonValue>(null, "", "x", 0, -1, 1e300, true, [], {}, [null], [[]], [{}]),
  fc.jsonValue({ maxDepth: 2 }) as fc.Arbitrary<JsonValue>,
);

/** The value with one of its members, at any depth, replaced. */
function spoilt(value: JsonValue, path: readonly number[], by: JsonValue): JsonValue {
  const [step, ...rest] = path;
  if (step === undefined || typeof value !== "object" || value === null) return by;
  if (Array.isArray(value)) {
    if (value.length === 0) return by;
    const at = step % value.length;
    return value.map((each, index) => index === at ? spoilt(each, rest, by) : each);
  }
  const names = Object.keys(value);
  if (names.length === 0) return by;
  const name = names[step % names.length] ?? "";
  const object = value as JsonObject;
  return { ...object, [name]: spoilt(object[name] ?? null, rest, by) };
}

const path = fc.array(fc.nat({ max: 20 }), { minLength: 1, maxLength: 6 });

describe("what no provider should send", () => {
  it.each(pairs)("from %s breaks no stream for clients of %s", (from, to) => {
    const { reader } = translation(smallestCall(to, true), from);
    const streams = readRecordings({ api: APIS[from], streaming: true })
      .filter(({ response, framing }) =>
        response.status === 200 && framing === "sse" && response.body.length < 20_000
      )
      .map(eventsIn);
    const spoiltStream = fc.record({
      stream: fc.constantFrom(...streams),
      spoils: fc.array(fc.record({ at: fc.nat(), path, by: odd }), { minLength: 1, maxLength: 4 }),
    }).map(({ stream, spoils }) => {
      const events: JsonValue[] = [...stream];
      for (const { at, path, by } of spoils) {
        const index = at % Math.max(1, events.length);
        events[index] = spoilt(events[index] ?? null, path, by);
      }
      return bytesOf(events.map((each) => `data: ${JSON.stringify(each)}\n\n`).join(""));
    });
    fc.assert(
      fc.property(spoiltStream, (bytes) => {
        const { state, outputs } = runStream(reader, [bytes], true, HEAD);
        reader.streamCount(state);
        // Nothing comes after an end, and there is one at most.
        const ends = outputs.filter(({ kind }) => kind === "done" || kind === "failure");
        expect(ends.length).toBeLessThanOrEqual(1);
        if (ends.length === 1) expect(outputs.at(-1)).toBe(ends[0]);
      }),
      { numRuns: 60 },
    );
  });

  it.each(pairs)("from %s breaks no answer for clients of %s", (from, to) => {
    const { reader } = translation(smallestCall(to, false), from);
    const api = from === "google.generateContent" ? from : APIS[from];
    const answers = readRecordings({ api, streaming: false })
      .filter(({ response, framing }) => response.status === 200 && framing === "json")
      .slice(0, 40).map(({ response }) => JSON.parse(response.body) as JsonValue);
    fc.assert(
      fc.property(fc.constantFrom(...answers), path, odd, (answer, place, by) => {
        reader.readAnswer(bytesOf(JSON.stringify(spoilt(answer, place, by))), HEAD);
      }),
      { numRuns: 60 },
    );
  });
});

describe("what no client should send", () => {
  it.each(pairs)("from %s is translated to %s or refused by name", (from, to) => {
    const api = from === "google.generateContent" ? from : APIS[from];
    const bodies = readRecordings({ api }).flatMap(({ request: { body } }) =>
      body === null || typeof body === "string" ? [] : [body]
    );
    fc.assert(
      fc.property(fc.constantFrom(...bodies), path, odd, (body, place, by) => {
        const json = spoilt(body, place, by);
        if (typeof json !== "object" || json === null || Array.isArray(json)) return;
        const parsed = dialectOf(from).parse(
          arrivedJson(json as JsonObject, {
            params: { model: "m" },
            action: from === "google.generateContent" ? "generateContent" : null,
          }),
        );
        if ("failure" in parsed) return;
        const outcome = translated(parsed.request, to);
        if ("failure" in outcome) {
          expect(outcome.failure.code).toMatch(/^(unsupported_parameter|invalid_request)$/);
          expect(outcome.failure.param).not.toBeNull();
        }
      }),
      { numRuns: 80 },
    );
  });
});
