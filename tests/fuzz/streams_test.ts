import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { openaiChat } from "../../proxy/dialects/openai_chat/mod.ts";
import { arrivedJson, bytesOf, passedBytes, requestOf, runStream } from "../dialects/mod.ts";
import { anyText, hostileValue } from "./hostile.ts";

type Bytes = Uint8Array<ArrayBuffer>;
const reader = openaiChat.reader(
  requestOf(
    openaiChat,
    arrivedJson({ model: "m", messages: [{ role: "user", content: "" }], stream: true }),
  ),
);

/** Runs chunks through the reader to their end; nothing comes out after a failure. */
function run(chunks: readonly Bytes[]) {
  const { state, outputs } = runStream(reader, chunks);
  const { usage, counted, finished, done, pendingBytes } = reader.streamCount(state);
  const failure = outputs.find((output) => output.kind === "failure");
  return {
    text: new TextDecoder().decode(passedBytes(outputs)),
    failure: failure?.kind === "failure" ? failure.failure.failure.code : null,
    usage,
    counted,
    finished,
    done,
    pendingBytes,
  };
}

/** Cuts bytes at these places, in any order and number. */
function cut(bytes: Bytes, places: readonly number[]): Bytes[] {
  const sorted = [...new Set(places.map((place) => place % (bytes.length + 1)))]
    .sort((a, b) => a - b);
  const ends = [...sorted, bytes.length];
  return ends.map((end, index) => bytes.slice(index === 0 ? 0 : ends[index - 1], end));
}

const chunkEvent = fc.record({
  choices: fc.array(
    fc.record({
      index: fc.nat(2),
      delta: fc.record({ content: fc.oneof(anyText(12), fc.constant("\n\ndata: [DONE]\n\n")) }),
      finish_reason: fc.constantFrom(null, "stop"),
    }),
    { maxLength: 2 },
  ),
}, { requiredKeys: ["choices"] });
const usageEvent = fc.record({
  choices: fc.constant([]),
  usage: fc.record({ prompt_tokens: fc.nat(), completion_tokens: fc.nat() }),
});
const line = fc.constantFrom("\n", "\r\n");
const event = fc.oneof(
  { weight: 6, arbitrary: chunkEvent.map((payload) => `data: ${JSON.stringify(payload)}`) },
  { weight: 2, arbitrary: usageEvent.map((payload) => `data: ${JSON.stringify(payload)}`) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(": ping", "event: message", "id: 7", "retry: 10", "data:"),
  },
  { weight: 1, arbitrary: fc.constant("data: [DONE]") },
);
const stream = fc.array(fc.tuple(event, line), { minLength: 1, maxLength: 12 })
  .map((events) => events.map(([text, end]) => `${text}${end}${end}`).join(""));

/** The same, but an event is not what it should be. */
const damagedStream = fc.tuple(
  stream,
  fc.oneof(
    hostileValue.map((value) => `data: ${JSON.stringify(value)}\n\n`),
    hostileValue.map((usage) => `data: ${JSON.stringify({ choices: [], usage })}\n\n`),
    hostileValue.map((choices) => `data: ${JSON.stringify({ choices })}\n\n`),
    hostileValue.map((error) => `data: ${JSON.stringify({ error })}\n\n`),
    anyText(40).map((text) => `data: ${text}\n\n`),
    anyText(40),
    fc.constantFrom("\r", "\r\r", "\n\r\n\r", "\n\n\n\n", "data: {", "\ufeff", "\r\n\r\n\r\n"),
  ),
  stream,
).map((parts) => parts.join(""));

describe("a provider's stream", () => {
  it("comes to the same wherever it is cut", () => {
    fc.assert(
      fc.property(stream, fc.array(fc.nat(), { maxLength: 20 }), (text, places) => {
        const bytes = bytesOf(text);
        const whole = run([bytes]);
        expect(whole.text).toBe(text);
        expect(run(cut(bytes, places))).toEqual(whole);
      }),
      { numRuns: 600 },
    );
  });

  it("comes to the same when it is cut in two at every offset, or into single bytes", () => {
    fc.assert(
      fc.property(stream, (text) => {
        const bytes = bytesOf(text).slice(0, 400);
        const whole = run([bytes]);
        for (let at = 0; at <= bytes.length; at++) expect(run(cut(bytes, [at]))).toEqual(whole);
        expect(run(cut(bytes, [...bytes.keys()]))).toEqual(whole);
      }),
      { numRuns: 10 },
    );
  });

  // An event that comes alone in its chunk passes unparsed, so where garbage is found depends on cuts.
  it("that is garbage in one place never throws, and comes to the same as far as it is passed on", () => {
    fc.assert(
      fc.property(damagedStream, fc.array(fc.nat(), { maxLength: 8 }), (text, places) => {
        const bytes = bytesOf(text);
        const [whole, parts] = [run([bytes]), run(cut(bytes, places))];
        const [less, more] = whole.text.length < parts.text.length
          ? [whole, parts]
          : [parts, whole];
        expect(more.text.startsWith(less.text)).toBe(true);
        if (whole.failure === null && parts.failure === null) expect(parts).toEqual(whole);
        for (const { failure, text: passed } of [whole, parts]) {
          if (failure === null) expect(passed).toBe(new TextDecoder().decode(bytes));
        }
      }),
      { numRuns: 1_000 },
    );
  });

  it("of any bytes at all never throws and never invents usage", () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 60 }), { maxLength: 8 }), (chunks) => {
        expect(run(chunks.map((chunk) => new Uint8Array(chunk))).usage).toBeNull();
      }),
      { numRuns: 1_000 },
    );
  });

  it("says only whole non-negative numbers of tokens, whatever the report says", () => {
    const report = fc.dictionary(
      fc.constantFrom(
        "prompt_tokens",
        "completion_tokens",
        "total_tokens",
        "prompt_tokens_details",
        "completion_tokens_details",
      ),
      fc.oneof(
        hostileValue,
        fc.nat(),
        fc.dictionary(
          fc.constantFrom("cached_tokens", "reasoning_tokens", "audio_tokens"),
          hostileValue,
        ),
      ),
    );
    fc.assert(
      fc.property(report, (usage) => {
        const { usage: read } = run([
          bytesOf(`data: ${JSON.stringify({ choices: [], usage })}\n\n`),
        ]);
        for (const units of Object.values(read ?? {})) {
          expect(Number.isSafeInteger(units) && units >= 0).toBe(true);
        }
      }),
      { numRuns: 1_000 },
    );
  });

  it("whose event has no end is given up before it fills the memory", () => {
    const chunk = bytesOf("x".repeat(1_000_000));
    const endless = run([bytesOf("data: "), ...Array.from({ length: 20 }, () => chunk)]);
    expect(endless.failure).toBe("upstream_response_too_large");
    expect(endless.pendingBytes).toBeLessThanOrEqual(16_000_000);
  });
});
