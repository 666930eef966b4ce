import { describe, expect, it } from "vitest";
import { failure } from "../../shared/errors.ts";
import type { JsonObject } from "../../shared/json.ts";
import type { Usage } from "../../shared/usage/mod.ts";
import { elevenlabsConversation } from "./elevenlabs.ts";
import { googleLive, liveUsage } from "./google.ts";
import { findRealtime } from "./mod.ts";
import { answerUsage, openaiRealtime } from "./openai.ts";
import { QUIET, SILENT } from "./protocol.ts";

const query = (text: string) => new URLSearchParams(text);

describe("OpenAI's usage of an answer", () => {
  it.each<readonly [string, JsonObject, Usage | null]>([
    ["nothing", {}, null],
    ["one side only", { input_tokens: 3 }, { input: 3 }],
    ["a reported zero", { input_tokens: 0, output_tokens: 0 }, { input: 0, output: 0 }],
    ["text and sound", {
      input_tokens: 100,
      output_tokens: 50,
      input_token_details: { audio_tokens: 70, text_tokens: 30 },
      output_token_details: { audio_tokens: 40, text_tokens: 10 },
    }, { input: 30, audio_input: 70, output: 10, audio_output: 40 }],
    ["sound and pictures of which a part was cached", {
      input_tokens: 100,
      output_tokens: 1,
      input_token_details: {
        audio_tokens: 60,
        image_tokens: 20,
        cached_tokens: 50,
        cached_tokens_details: { audio_tokens: 40, image_tokens: 10 },
      },
    }, { input: 20, cached_input: 50, audio_input: 20, image_input: 10, output: 1 }],
    ["details above the whole", {
      input_tokens: 10,
      output_tokens: 5,
      input_token_details: { audio_tokens: 90, cached_tokens: 40 },
      output_token_details: { audio_tokens: 9 },
    }, { input: 0, cached_input: 10, output: 0, audio_output: 5 }],
    ["what is no count", { input_tokens: -1, output_tokens: 1.5 }, null],
  ])("is read from %s", (_what, report, usage) => {
    expect(answerUsage(report)).toEqual(usage);
  });

  it("comes with the answer's end, and a transcription on top of it", () => {
    const done = { type: "response.done", response: { usage: { input_tokens: 2 } } };
    expect(openaiRealtime.fromProvider(done)).toMatchObject({
      ends: true,
      reports: { input: 2 },
      raw: { input_tokens: 2 },
    });
    const completed = "conversation.item.input_audio_transcription.completed";
    const heard = (usage: JsonObject) =>
      openaiRealtime.fromProvider({ type: completed, usage }).adds;
    expect(heard({ type: "duration", seconds: 2.1 })).toEqual({ seconds: 3 });
    expect(heard({ type: "tokens", input_tokens: 9, output_tokens: 4 })).toEqual({
      input: 9,
      output: 4,
    });
    expect(openaiRealtime.fromProvider({ type: "rate_limits.updated" })).toEqual(SILENT);
  });

  it("is estimated by ten tokens a second heard and twenty a second said", () => {
    const second = "A".repeat(48_000 * 4 / 3);
    expect(
      openaiRealtime.fromClient({ type: "input_audio_buffer.append", audio: second }).reads,
    ).toEqual({ audio_input: 10 });
    expect(
      openaiRealtime.fromProvider({ type: "response.output_audio.delta", delta: second }).makes,
    ).toEqual({ audio_output: 20 });
    expect(openaiRealtime.fromClient({ type: "input_audio_buffer.commit" })).toEqual(QUIET);
  });

  it("is that of the model that is for sale, whatever the client writes later", () => {
    expect(openaiRealtime.modelOf(query("model=m&x=1"), null)).toBe("m");
    expect(openaiRealtime.upstreamQuery(query("model=m&x=1"), "up").toString()).toBe("model=up");
    const update = { type: "session.update", session: { model: "dear", voice: "v" } };
    expect(openaiRealtime.toUpstream(update, "up").session).toEqual({ model: "up", voice: "v" });
  });
});

describe("Gemini's usage of a turn", () => {
  const audio = (tokenCount: number) => [{ modality: "AUDIO", tokenCount }];

  it.each<readonly [string, JsonObject, Usage | null]>([
    ["nothing", { totalTokenCount: 9 }, null],
    ["text", { promptTokenCount: 7, responseTokenCount: 3 }, { input: 7, output: 3 }],
    ["the older name", { promptTokenCount: 7, candidatesTokenCount: 3 }, { input: 7, output: 3 }],
    ["sound", {
      promptTokenCount: 100,
      responseTokenCount: 80,
      promptTokensDetails: [{ modality: "TEXT", tokenCount: 20 }, ...audio(80)],
      responseTokensDetails: audio(75),
    }, { input: 20, audio_input: 80, output: 5, audio_output: 75 }],
    ["thoughts beside the response and tools' results beside the prompt", {
      promptTokenCount: 10,
      toolUsePromptTokenCount: 5,
      responseTokenCount: 4,
      thoughtsTokenCount: 6,
    }, { input: 15, output: 4, reasoning: 6 }],
    ["a cached prompt", {
      promptTokenCount: 10,
      cachedContentTokenCount: 8,
      promptTokensDetails: audio(9),
    }, { input: 0, cached_input: 8, audio_input: 2 }],
    ["details that are none", {
      promptTokenCount: 5,
      responseTokenCount: 1,
      promptTokensDetails: ["AUDIO", null, { modality: "AUDIO", tokenCount: "9" }],
    }, { input: 5, output: 1 }],
  ])("is read from %s", (_what, report, usage) => {
    expect(liveUsage(report)).toEqual(usage);
  });

  it("begins with words or a tool's call, and ends with the turn or with that call", () => {
    const of = (message: JsonObject) => {
      const { begins, ends } = googleLive.fromProvider(message);
      return [begins, ends];
    };
    expect(of({ setupComplete: {} })).toEqual([0, false]);
    expect(of({ serverContent: { modelTurn: { parts: [{ text: "a" }] } } })).toEqual([1, false]);
    expect(of({ serverContent: { generationComplete: true } })).toEqual([0, false]);
    expect(of({ serverContent: { turnComplete: true } })).toEqual([0, true]);
    expect(of({ toolCall: { functionCalls: [] } })).toEqual([1, true]);
  });

  it("is estimated by 25 tokens a second and 258 a frame", () => {
    const heard = (realtimeInput: JsonObject) => googleLive.fromClient({ realtimeInput }).reads;
    const sound = { mimeType: "audio/pcm;rate=16000", data: "A".repeat(32_000 * 4 / 3) };
    expect(heard({ audio: sound })).toEqual({ audio_input: 25 });
    expect(heard({ mediaChunks: [sound, { mimeType: "image/jpeg", data: "A" }] })).toEqual({
      audio_input: 25,
      image_input: 258,
    });
    expect(heard({ text: "abcde" })).toEqual({ input: 2 });
    const data = "A".repeat(48_000 * 4 / 3);
    const parts = [{ text: "abcd" }, { inlineData: { mimeType: "audio/pcm", data } }, null];
    expect(googleLive.fromProvider({ serverContent: { modelTurn: { parts } } }).makes).toEqual({
      output: 1,
      audio_output: 25,
    });
  });

  it("is asked for by a turn's end and by a tool's result", () => {
    const starts = (message: JsonObject) => googleLive.fromClient(message).starts;
    expect(starts({ clientContent: { turns: [], turnComplete: true } })).toBe(1);
    expect(starts({ clientContent: { turns: [] } })).toBe(0);
    expect(starts({ toolResponse: { functionResponses: [] } })).toBe(1);
    expect(starts({ setup: { model: "models/m" } })).toBe(0);
  });

  it("is that of the model in the first message", () => {
    expect(googleLive.modelOf(query(""), { setup: { model: "models/live" } })).toBe("live");
    expect(googleLive.modelOf(query(""), { setup: {} })).toBeNull();
    expect(googleLive.modelOf(query("model=m"), null)).toBeNull();
    expect(googleLive.toUpstream({ setup: { model: "models/dear", a: 1 } }, "up")).toEqual({
      setup: { model: "models/up", a: 1 },
    });
    expect(googleLive.upstreamQuery(query("key=sk-sgl-1"), "up").toString()).toBe("");
  });
});

describe("a conversation at ElevenLabs", () => {
  it("is sold by time, under one name, and takes along what names the agent only", () => {
    expect(elevenlabsConversation.slicing).toEqual({ by: "time", seconds: 60 });
    expect(elevenlabsConversation.modelOf(query("agent_id=a"), null)).toBe(
      "elevenlabs/conversation",
    );
    const sent = elevenlabsConversation.upstreamQuery(query("agent_id=a&key=sk&x=1"), "up");
    expect(sent.toString()).toBe("agent_id=a");
    expect(elevenlabsConversation.fromClient({ user_audio_chunk: "AAAA" })).toEqual(QUIET);
    expect(elevenlabsConversation.fromProvider({ type: "agent_response" })).toEqual(SILENT);
    expect(elevenlabsConversation.error(failure("insufficient_quota", "No."))).toEqual({
      type: "error",
      message: "No.",
      code: "insufficient_quota",
    });
  });
});

describe("the paths of sessions", () => {
  it.each([
    ["/v1/realtime", "openai.realtime"],
    [
      "/ws/google.ai.generativelanguage.v1beta.GenerativeService.BidiGenerateContent",
      "google.live",
    ],
    ["/v1/convai/conversation", "elevenlabs.conversation"],
    ["/v1/realtime/sessions", undefined],
    ["/ws/google.ai.generativelanguage.v1.GenerativeService.BidiGenerateContent", undefined],
  ])("%s", (path, name) => {
    expect(findRealtime(path)?.name).toBe(name);
  });
});
