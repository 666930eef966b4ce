import Anthropic from "@anthropic-ai/sdk";
import { GoogleGenAI } from "@google/genai";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { composeProxy } from "../../proxy/compose.ts";
import { readProxyConfig } from "../../proxy/config.ts";
import { awsMessage } from "../../proxy/dialects/framing/mod.ts";
import { createEffects, platformOf } from "../../shared/effects.ts";
import { type Harness, startHarness } from "../proxy/harness.ts";
import { answerBytes, readRecordings } from "../recordings/mod.ts";
import { type ScriptedUpstream, startScriptedUpstream } from "./scripted_upstream.ts";

const effects = createEffects(platformOf(globalThis));
const MODELS = ["claude", "gemini", "command", "llama", "nova", "eleven"] as const;

let upstream: ScriptedUpstream;
let harness: Harness;
let anthropic: Anthropic;
let google: GoogleGenAI;

beforeAll(async () => {
  upstream = startScriptedUpstream();
  const served = (profile: string, model: string, path = "") => ({
    name: profile,
    profile,
    baseUrl: upstream.url + path,
    apiKey: "provider-secret",
    models: { [model]: `${model}-upstream` },
  });
  harness = await startHarness({
    config: readProxyConfig({
      SARGALAY_UPSTREAMS: JSON.stringify([
        served("anthropic", "claude", "/v1"),
        served("google", "gemini"),
        served("cohere", "command"),
        served("ollama", "llama"),
        served("bedrock", "nova"),
        served("elevenlabs", "eleven", "/v1"),
      ]),
    }),
    models: [...MODELS],
    maxOutputTokens: 8_192,
    effects,
    fetch,
    compose: composeProxy,
  });
  anthropic = new Anthropic({ apiKey: harness.secret, baseURL: harness.url, maxRetries: 0 });
  google = new GoogleGenAI({
    apiKey: harness.secret,
    httpOptions: { baseUrl: harness.url, retryOptions: { attempts: 1 } },
  });
});

beforeEach(() => {
  upstream.asked.length = 0;
});

afterAll(async () => {
  await harness.stop();
  await upstream.stop();
});

/** The usage of the call that ends next. */
async function settled(call: () => Promise<unknown>): Promise<unknown> {
  const before = harness.ledger.ends().length;
  await call();
  const ends = await harness.ledger.ended(before + 1);
  return ends[before]?.body;
}

function recorded(id: string) {
  const found = readRecordings().find((each) => each.id === id);
  if (found === undefined) throw new Error(`no recording ${id}`);
  return answerBytes(found);
}

const MESSAGE = { model: "claude", max_tokens: 2_048 };
const messages = [{ role: "user" as const, content: "Mingalaba!" }];

describe("Anthropic's own client", () => {
  it("reads a message, and the call is metered with its cache", async () => {
    const usage = {
      input_tokens: 7,
      output_tokens: 9,
      cache_read_input_tokens: 30,
      cache_creation_input_tokens: 12,
      cache_creation: { ephemeral_5m_input_tokens: 2, ephemeral_1h_input_tokens: 10 },
      output_tokens_details: { thinking_tokens: 4 },
      server_tool_use: { web_search_requests: 2 },
    };
    upstream.answer({
      contentType: "application/json",
      body: JSON.stringify({
        id: "msg_1",
        type: "message",
        role: "assistant",
        content: [{ type: "text", text: "Hello" }],
        stop_reason: "end_turn",
        usage,
      }),
    });
    const end = await settled(async () => {
      const message = await anthropic.messages.create({ ...MESSAGE, messages });
      expect(message.content).toEqual([{ type: "text", text: "Hello" }]);
      expect(message.usage).toMatchObject({ cache_creation_input_tokens: 12 });
    });
    expect(end).toMatchObject({
      evidence: "reported",
      usage: {
        input: 7,
        cached_input: 30,
        cache_write_5m: 2,
        cache_write_1h: 10,
        output: 5,
        reasoning: 4,
        searches: 2,
      },
    });
    expect(upstream.asked[0]?.path).toBe("/v1/messages");
    expect(upstream.asked[0]?.headers.get("x-api-key")).toBe("provider-secret");
    expect(upstream.asked[0]?.headers.get("anthropic-version")).toMatch(/^20\d\d-\d\d-\d\d$/);
    expect(upstream.asked[0]?.text).toContain('"model":"claude-upstream"');
    expect(upstream.asked[0]?.text).not.toContain(harness.secret);
  });

  it("reads a recorded stream with a tool's call", async () => {
    upstream.answer({
      contentType: "text/event-stream; charset=utf-8",
      body: recorded("anthropic.anthropic.messages.stream.200.43dc2c4ea4"),
    });
    const end = await settled(async () => {
      const message = await anthropic.messages.stream({ ...MESSAGE, messages }).finalMessage();
      expect(message.content.some(({ type }) => type === "tool_use")).toBe(true);
      expect(message.usage.output_tokens).toBeGreaterThan(0);
    });
    expect(end).toMatchObject({ evidence: "reported", call: { outcome: "completed" } });
  });

  it("counts tokens", async () => {
    upstream.answer({ contentType: "application/json", body: '{"input_tokens":14}' });
    const end = await settled(async () => {
      const count = await anthropic.messages.countTokens({ model: "claude", messages });
      expect(count.input_tokens).toBe(14);
    });
    expect(end).toMatchObject({ usage: { input: 14, requests: 1 }, evidence: "reported" });
  });

  it("raises an error in mid-stream as its own", async () => {
    upstream.answer({
      contentType: "text/event-stream",
      body: [
        'event: message_start\ndata: {"type":"message_start","message":{"id":"m","type":"message",' +
        '"role":"assistant","content":[],"usage":{"input_tokens":9,"output_tokens":1}}}\n\n',
        'event: content_block_start\ndata: {"type":"content_block_start","index":0,' +
        '"content_block":{"type":"text","text":""}}\n\n',
        'event: content_block_delta\ndata: {"type":"content_block_delta","index":0,' +
        '"delta":{"type":"text_delta","text":"Once upon a time"}}\n\n',
        'event: error\ndata: {"type":"error","error":{"type":"overloaded_error",' +
        '"message":"Overloaded"}}\n\n',
      ].join(""),
    });
    const end = await settled(async () => {
      const stream = anthropic.messages.stream({ ...MESSAGE, messages });
      await expect(stream.finalMessage()).rejects.toThrow(/overloaded/i);
    });
    // The placeholder of the first event is not taken for the output that was seen.
    expect(end).toMatchObject({ usage: { input: 9, output: 4 }, evidence: "observed" });
  });

  it("raises refusals of the provider and of the gateway as its own errors", async () => {
    upstream.answer({
      status: 400,
      contentType: "application/json",
      body:
        '{"type":"error","error":{"type":"invalid_request_error","message":"temperature: 0..1"}}',
    });
    const ask = () => anthropic.messages.create({ ...MESSAGE, messages });
    await expect(ask()).rejects.toBeInstanceOf(Anthropic.BadRequestError);
    await expect(ask()).rejects.toThrow(/temperature: 0\.\.1/);
    harness.ledger.refuse("insufficient_credit");
    try {
      await expect(ask()).rejects.toThrow(/billing_error/);
    } finally {
      harness.ledger.refuse(null);
    }
    const stranger = new Anthropic({ apiKey: "sk-none", baseURL: harness.url, maxRetries: 0 });
    await expect(stranger.messages.create({ ...MESSAGE, messages }))
      .rejects.toBeInstanceOf(Anthropic.AuthenticationError);
  });
});

const GENERATE = { model: "gemini", contents: "Mingalaba!" };

describe("Google's own client", () => {
  it("reads content, and the call is metered with its thoughts", async () => {
    upstream.answer({
      contentType: "application/json; charset=UTF-8",
      body: JSON.stringify({
        candidates: [{
          content: { role: "model", parts: [{ text: "Hello" }] },
          finishReason: "STOP",
        }],
        usageMetadata: {
          promptTokenCount: 40,
          cachedContentTokenCount: 10,
          candidatesTokenCount: 3,
          thoughtsTokenCount: 20,
          toolUsePromptTokenCount: 5,
          totalTokenCount: 68,
        },
      }),
    });
    const end = await settled(async () => {
      const config = { maxOutputTokens: 100 };
      const answer = await google.models.generateContent({ ...GENERATE, config });
      expect(answer.text).toBe("Hello");
      expect(answer.usageMetadata?.thoughtsTokenCount).toBe(20);
    });
    expect(end).toMatchObject({
      evidence: "reported",
      usage: { input: 35, cached_input: 10, output: 3, reasoning: 20 },
    });
    expect(upstream.asked[0]?.path).toBe("/v1beta/models/gemini-upstream:generateContent");
    expect(upstream.asked[0]?.headers.get("x-goog-api-key")).toBe("provider-secret");
  });

  it("reads a recorded stream", async () => {
    upstream.answer({
      contentType: "text/event-stream",
      body: recorded("google.google.streamGenerateContent.stream.200.01b0b8aa7c"),
    });
    const end = await settled(async () => {
      let text = "";
      for await (const chunk of await google.models.generateContentStream(GENERATE)) {
        text += chunk.text ?? "";
      }
      expect(text.length).toBeGreaterThan(0);
    });
    expect(end).toMatchObject({
      evidence: "reported",
      usage: { input: 18, output: 1, reasoning: 190 },
      call: { outcome: "completed" },
    });
    expect(upstream.asked[0]?.path)
      .toBe("/v1beta/models/gemini-upstream:streamGenerateContent?alt=sse");
  });

  it("embeds and counts", async () => {
    upstream.answer({
      contentType: "application/json",
      body: '{"embeddings":[{"values":[0.1]}],"usageMetadata":{"promptTokenCount":4}}',
    });
    const embedded = await settled(async () => {
      const answer = await google.models.embedContent(GENERATE);
      expect(answer.embeddings?.[0]?.values).toEqual([0.1]);
    });
    expect(embedded).toMatchObject({ usage: { input: 4 }, evidence: "reported" });
    upstream.answer({ contentType: "application/json", body: '{"totalTokens":13}' });
    const counted = await settled(async () => {
      expect((await google.models.countTokens(GENERATE)).totalTokens).toBe(13);
    });
    expect(counted).toMatchObject({ usage: { input: 13, requests: 1 } });
  });

  it("raises refusals as its own errors", async () => {
    upstream.answer({
      status: 400,
      contentType: "application/json",
      body:
        '{"error":{"code":400,"message":"JSON mode is not enabled","status":"INVALID_ARGUMENT"}}',
    });
    const ask = () => google.models.generateContent(GENERATE);
    await expect(ask()).rejects.toThrow(/JSON mode is not enabled/);
    harness.ledger.refuse("insufficient_credit");
    try {
      await expect(ask()).rejects.toMatchObject({ status: 402 });
    } finally {
      harness.ledger.refuse(null);
    }
  });
});

describe("other native APIs", () => {
  const post = (path: string, body: unknown) =>
    harness.call(path, { method: "POST", body: JSON.stringify(body) });

  it("Gemini's stream as one array", async () => {
    const id = "google.google.streamGenerateContent.stream.200.1070a93e2d";
    upstream.answer({ contentType: "application/json; charset=UTF-8", body: recorded(id) });
    const end = await settled(async () => {
      const response = await post("/v1beta/models/gemini:streamGenerateContent", {
        contents: [{ parts: [{ text: "?" }] }],
      });
      expect(await response.json()).toHaveLength(2);
    });
    expect(end).toMatchObject({ usage: { input: 4, output: 1, reasoning: 58 } });
  });

  it("Cohere's chat in its first version, line by line", async () => {
    const id = "cohere.cohere.chat.stream.200.1e7c123bf3";
    upstream.answer({ contentType: "application/stream+json", body: recorded(id) });
    const end = await settled(async () => {
      const response = await post("/v1/cohere/v1/chat", {
        model: "command",
        message: "?",
        stream: true,
      });
      expect((await response.text()).trim().split("\n").length).toBeGreaterThan(10);
    });
    expect(end).toMatchObject({ usage: { input: 49, output: 63 }, evidence: "reported" });
    expect(upstream.asked[0]?.path).toBe("/v1/chat");
  });

  it("Ollama's chat, which streams unless told otherwise", async () => {
    upstream.answer({
      contentType: "application/x-ndjson",
      body: '{"message":{"role":"assistant","content":"Hi"},"done":false}\n' +
        '{"message":{"role":"assistant","content":""},"done":true,"prompt_eval_count":6,"eval_count":2}\n',
    });
    const end = await settled(async () => {
      const body = { model: "llama", messages: [{ role: "user", content: "?" }] };
      await (await post("/v1/ollama/api/chat", body)).text();
    });
    expect(end).toMatchObject({ usage: { input: 6, output: 2 }, evidence: "reported" });
  });

  it("Bedrock's stream of messages with checksums", async () => {
    const event = (name: string, payload: string) =>
      awsMessage({ ":message-type": "event", ":event-type": name }, payload);
    const body = [
      event("messageStart", '{"role":"assistant"}'),
      event("contentBlockDelta", '{"contentBlockIndex":0,"delta":{"text":"Hi"}}'),
      event("messageStop", '{"stopReason":"end_turn"}'),
      event("metadata", '{"usage":{"inputTokens":8,"outputTokens":2,"totalTokens":10}}'),
    ];
    upstream.answer({
      contentType: "application/vnd.amazon.eventstream",
      body: new Uint8Array(body.flatMap((each) => [...each])),
    });
    const end = await settled(async () => {
      const response = await post("/v1/bedrock/model/nova/converse-stream", {
        messages: [{ role: "user", content: [{ text: "?" }] }],
      });
      expect((await response.bytes()).length).toBe(
        body.reduce((sum, { length }) => sum + length, 0),
      );
    });
    expect(end).toMatchObject({ usage: { input: 8, output: 2 }, evidence: "reported" });
    expect(upstream.asked[0]?.path).toBe("/model/nova-upstream/converse-stream");
  });

  it("ElevenLabs' speech by its characters", async () => {
    upstream.answer({ contentType: "audio/mpeg", body: new Uint8Array(1_000) });
    const end = await settled(async () => {
      const response = await post("/v1/text-to-speech/voice1", {
        text: "မင်္ဂလာပါ",
        model_id: "eleven",
      });
      expect((await response.bytes()).length).toBe(1_000);
    });
    expect(end).toMatchObject({ usage: { characters: 9 }, evidence: "reported" });
    expect(upstream.asked[0]?.path).toBe("/v1/text-to-speech/voice1");
  });
});
