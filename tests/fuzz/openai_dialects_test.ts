import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { boundCall } from "../../proxy/bounds/mod.ts";
import type { CallRequest, Dialect } from "../../proxy/dialects/mod.ts";
import { OPENAI_DIALECTS } from "../../proxy/dialects/openai.ts";
import type { JsonObject } from "../../shared/json.ts";
import { usageSchema } from "../../shared/usage/mod.ts";
import { arrivedForm, arrivedJson, bytesOf, requestOf, runStream } from "../dialects/mod.ts";
import { hostileValue } from "./hostile.ts";

/** A good request of each dialect; `stream` where it has one. */
const GOOD: Readonly<Record<string, JsonObject>> = {
  "openai.chat.completions": { messages: [{ role: "user", content: "Hi" }], stream: true },
  "openai.responses": { input: "Hi", stream: true },
  "openai.completions": { prompt: "Hi", stream: true },
  "openai.embeddings": { input: "Hi" },
  "openai.images.generations": { prompt: "Hi", stream: true },
  "openai.images.edits": { prompt: "Hi", images: [{ image_url: "data:," }], stream: true },
  "openai.audio.speech": { input: "Hi", stream_format: "sse" },
  "openai.audio.transcriptions": { input_audio: { data: "AAAA" }, stream: true },
  "openai.audio.translations": { input_audio: { data: "AAAA" }, stream: true },
  "openai.moderations": { input: "Hi" },
  "openai.videos": { prompt: "Hi" },
};

const each = it.each(OPENAI_DIALECTS.map((dialect) => [dialect.name, dialect] as const));
const goodRequest = (dialect: Dialect): CallRequest =>
  requestOf(dialect, arrivedJson({ model: "m", ...GOOD[dialect.name] }));
const members = fc.constantFrom(
  ...new Set([
    ...Object.values(GOOD).flatMap((good) => Object.keys(good)),
    ...["tools", "n", "max_tokens", "max_output_tokens", "modalities", "audio", "images", "mask"],
    ...["search_parameters", "quality", "partial_images", "previous_response_id", "x_new"],
  ]),
);
const reports = fc.dictionary(
  fc.constantFrom(
    "prompt_tokens",
    "completion_tokens",
    "total_tokens",
    "input_tokens",
    "output_tokens",
    "seconds",
    "prompt_tokens_details",
    "output_tokens_details",
    "cache_creation",
    "cache_creation_input_tokens",
    "num_sources_used",
  ),
  fc.oneof(
    hostileValue,
    fc.nat(),
    fc.dictionary(
      fc.constantFrom("cached_tokens", "reasoning_tokens", "audio_tokens", "image_tokens"),
      fc.oneof(hostileValue, fc.nat()),
    ),
  ),
);
const events = fc.oneof(
  hostileValue,
  fc.record({
    type: fc.constantFrom(
      "response.completed",
      "response.failed",
      "response.output_text.delta",
      "image_generation.completed",
      "speech.audio.done",
      "transcript.text.done",
      "error",
    ),
    response: fc.oneof(hostileValue, fc.record({ usage: reports, output: hostileValue })),
    usage: fc.oneof(hostileValue, reports),
    delta: hostileValue,
    choices: hostileValue,
    output: hostileValue,
    data: hostileValue,
    error: fc.constantFrom(null, undefined, "broken", {}),
  }, { requiredKeys: [] }),
);

describe("whatever a client asks", () => {
  each("%s: it is understood or refused, and bounded by numbers", (_name, dialect) => {
    fc.assert(
      fc.property(fc.dictionary(members, hostileValue), (more) => {
        const body = { model: "m", ...GOOD[dialect.name], ...more } as JsonObject;
        const parsed = dialect.parse(arrivedJson(body));
        if ("failure" in parsed) {
          expect(parsed.failure.message).not.toBe("");
          return;
        }
        const model = { contextWindowTokens: 8_192, maxOutputTokens: 4_096 };
        const bounds = boundCall(parsed.request, model);
        expect(Number.isSafeInteger(bounds.inputTokensBound)).toBe(true);
        expect(Number.isSafeInteger(bounds.minimumOutputTokens)).toBe(true);
        expect(usageSchema.safeParse(bounds.unitsBound).success).toBe(true);
        const sent = dialect.send(parsed.request, {
          upstreamModel: "upstream",
          outputLimit: 7,
          outputLimitParameter: "max_tokens",
          asksForUsage: true,
        });
        expect(JSON.parse(String(sent.body)).model).toBe("upstream");
      }),
      { numRuns: 300 },
    );
  });

  it("a form has one model, the provider's, however often it names others", async () => {
    const form = new FormData();
    for (const model of ["m", "n"]) form.append("model", model);
    form.append("file", new Blob([new Uint8Array(100)]), "a.wav");
    const arrived = await arrivedForm(form);
    for (const dialect of OPENAI_DIALECTS) {
      const parsed = dialect.parse(arrived);
      if ("failure" in parsed) continue;
      const sent = dialect.send(parsed.request, {
        upstreamModel: "upstream",
        outputLimit: null,
        outputLimitParameter: "max_tokens",
        asksForUsage: true,
      });
      expect((sent.body as FormData).getAll("model")).toEqual(["upstream"]);
    }
  });
});

describe("whatever a provider answers", () => {
  each("%s: nothing throws, and units are whole and not negative", (_name, dialect) => {
    const reader = dialect.reader(goodRequest(dialect));
    const head = { status: 200, headers: new Headers() };
    fc.assert(
      fc.property(events, fc.array(events, { maxLength: 4 }), (whole, stream) => {
        const reading = reader.readAnswer(bytesOf(JSON.stringify(whole) ?? ""), head);
        if (!("failure" in reading)) {
          reading.text();
          expect(usageSchema.nullable().safeParse(reading.usage).success).toBe(true);
        }
        const text = stream.map((event) => `data: ${JSON.stringify(event)}\n\n`).join("");
        const { state } = runStream(reader, [bytesOf(text)]);
        const { usage, counted } = reader.streamCount(state);
        expect(usageSchema.nullable().safeParse(usage).success).toBe(true);
        expect(Number.isSafeInteger(counted.ascii + counted.other)).toBe(true);
      }),
      { numRuns: 400 },
    );
  });

  each("%s: bytes that are nothing at all are no answer and no usage", (_name, dialect) => {
    const reader = dialect.reader(goodRequest(dialect));
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 60 }), { maxLength: 6 }), (chunks) => {
        const bytes = chunks.map((chunk) => new Uint8Array(chunk));
        expect(runStream(reader, bytes).state.usage).toBeNull();
      }),
      { numRuns: 200 },
    );
  });
});
