import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../shared/json.ts";
import type { Usage } from "../../shared/usage/mod.ts";
import { usageOf as anthropicUsage } from "./anthropic_messages/usage.ts";
import { usageOf as converseUsage } from "./bedrock_converse/usage.ts";
import { usageOf as cohereUsage } from "./cohere_chat/usage.ts";
import type { AnswerReader, CallRequest, DialectName } from "./mod.ts";
import { dialectOf } from "./mod.ts";
import { searchesIn, usageOf as geminiUsage } from "./google_generate_content/usage.ts";

const encoder = new TextEncoder();

function readerFor(name: DialectName): AnswerReader {
  const arrived = {
    body: { kind: "json" as const, json: {} },
    bodyBytes: new Uint8Array(0),
    params: {},
    action: null,
    query: new URLSearchParams("alt=sse"),
    headers: new Headers(),
  };
  return dialectOf(name).reader({ arrived, streaming: true } as unknown as CallRequest);
}

/** The usage that is known after each of these events. */
function after(name: DialectName, events: readonly JsonObject[]): (Usage | null)[] {
  const reader = readerFor(name);
  const headers = new Headers({ "content-type": "text/event-stream" });
  let state = reader.streamStart({ status: 200, headers });
  return events.map((event) => {
    [state] = reader.streamStep(state, encoder.encode(`data: ${JSON.stringify(event)}\n\n`));
    return state.usage;
  });
}

describe("Anthropic's usage", () => {
  it.each([
    ["writes without a split live five minutes", {
      input_tokens: 1,
      cache_creation_input_tokens: 9,
      output_tokens: 2,
    }, { input: 1, cache_write_5m: 9, output: 2 }],
    ["a split that explains less than the whole leaves the rest at five minutes", {
      input_tokens: 1,
      cache_creation_input_tokens: 9,
      cache_creation: { ephemeral_5m_input_tokens: 2, ephemeral_1h_input_tokens: 3 },
    }, { input: 1, cache_write_5m: 6, cache_write_1h: 3 }],
    ["compactions are billed beside the message", {
      input_tokens: 10,
      output_tokens: 5,
      iterations: [
        { type: "compaction", input_tokens: 900, output_tokens: 40 },
        { type: "message", input_tokens: 10, output_tokens: 5 },
      ],
    }, { input: 910, output: 45 }],
    ["thinking is never more than the output", {
      output_tokens: 5,
      output_tokens_details: { thinking_tokens: 7 },
    }, { reasoning: 5, output: 0 }],
    ["an explicit zero is zero", { input_tokens: 0, output_tokens: 0 }, { input: 0, output: 0 }],
  ])("%s", (_name, report, expected) => expect(anthropicUsage(report)).toEqual(expected));

  it("of a stream: the output of its start is a placeholder, later reports stand", () => {
    const start = { input_tokens: 20, cache_read_input_tokens: 7, output_tokens: 1 };
    expect(after("anthropic.messages", [
      { type: "message_start", message: { usage: start } },
      { type: "message_delta", delta: {}, usage: { input_tokens: 50 } },
      { type: "message_delta", delta: {}, usage: { input_tokens: 0, output_tokens: 8 } },
      { type: "message_delta", delta: {}, usage: { output_tokens: 12 } },
    ])).toEqual([
      { input: 20, cached_input: 7 },
      { input: 50, cached_input: 7 },
      { input: 50, cached_input: 7, output: 8 },
      { input: 50, cached_input: 7, output: 12 },
    ]);
  });
});

describe("Gemini's usage", () => {
  const modality = (name: string, tokenCount: number) => ({ modality: name, tokenCount });
  it.each([
    ["sound that was cached is cached", {
      promptTokenCount: 100,
      cachedContentTokenCount: 60,
      promptTokensDetails: [modality("AUDIO", 50), modality("TEXT", 50)],
      cacheTokensDetails: [modality("AUDIO", 40), modality("TEXT", 20)],
    }, { cached_input: 60, audio_input: 10, input: 30 }],
    ["tool use is read beside the prompt, thoughts are written beside the candidates", {
      promptTokenCount: 5,
      toolUsePromptTokenCount: 7,
      candidatesTokenCount: 2,
      thoughtsTokenCount: 3,
    }, { input: 12, output: 2, reasoning: 3 }],
    ["pictures and sound that were made", {
      candidatesTokenCount: 1_300,
      candidatesTokensDetails: [modality("IMAGE", 1_290), modality("AUDIO", 4)],
    }, { output: 6, image_output: 1_290, audio_output: 4 }],
    ["modalities as numbers", {
      promptTokenCount: 9,
      promptTokensDetails: [{ modality: 2, tokenCount: 4 }],
    }, { image_input: 4, input: 5 }],
  ])("%s", (_name, report, expected) => expect(geminiUsage(report)).toEqual(expected));

  it("of a stream may shrink, and forgets nothing that it leaves out", () => {
    expect(after("google.generateContent", [
      { usageMetadata: { promptTokenCount: 9, candidatesTokenCount: 30, thoughtsTokenCount: 4 } },
      { usageMetadata: { promptTokenCount: 8, candidatesTokenCount: 25 } },
      { usageMetadata: { promptTokenCount: 8, candidatesTokenCount: null } },
    ])).toEqual([
      { input: 9, output: 30, reasoning: 4 },
      { input: 8, output: 25, reasoning: 4 },
      { input: 8, output: 25, reasoning: 4 },
    ]);
  });

  it("counts queries, or the grounded answer, as the model's generation is billed", () => {
    const candidates = [{ groundingMetadata: { webSearchQueries: ["a", "", "b"] } }];
    expect(searchesIn({ candidates, modelVersion: "gemini-3-flash" })).toBe(2);
    expect(searchesIn({ candidates, modelVersion: "gemini-2.5-flash" })).toBe(1);
    expect(searchesIn({ candidates: [{}], modelVersion: "gemini-2.5-flash" })).toBe(0);
  });
});

describe("other native usage", () => {
  it("of Cohere is what the model read, not what is billed as read", () => {
    expect(cohereUsage({
      billed_units: { input_tokens: 26, output_tokens: 147 },
      tokens: { input_tokens: 1_431, output_tokens: 152 },
      cached_tokens: 1_392,
    })).toEqual({ input: 39, cached_input: 1_392, output: 152 });
    expect(cohereUsage({ billed_units: { search_units: 2 } })).toEqual({ searches: 2 });
  });

  it("of Bedrock splits what was written by its lifetime", () => {
    expect(converseUsage({
      inputTokens: 3,
      outputTokens: 2,
      cacheReadInputTokens: 5,
      cacheWriteInputTokens: 30,
      cacheDetails: [{ ttl: "1h", inputTokens: 20 }, { ttl: "5m", inputTokens: 10 }],
    })).toEqual({ input: 3, cached_input: 5, cache_write_5m: 10, cache_write_1h: 20, output: 2 });
  });

  it("of speech that ElevenLabs wrote down is its length in whole seconds", () => {
    const reader = dialectOf("elevenlabs.transcription").reader({} as unknown as CallRequest);
    const read = (answer: JsonObject) => {
      const head = { status: 200, headers: new Headers() };
      const reading = reader.readAnswer(encoder.encode(JSON.stringify(answer)), head);
      return "failure" in reading ? reading.errorClass : reading.usage;
    };
    expect(read({ text: "a", audio_duration_secs: 3.2, words: [] })).toEqual({ seconds: 4 });
    expect(read({ text: "a b", words: [{ end: 0.5 }, { end: 2.1 }] })).toEqual({ seconds: 3 });
    expect(read({ text: "a" })).toBeNull();
    expect(read({ words: [] })).toBe("malformed");
  });
});
