import { describe, expect, it } from "vitest";
import type { SendOptions } from "../dialect.ts";
import { arrivedJson, requestOf } from "../../../tests/dialects/mod.ts";
import type { JsonObject } from "../../../shared/json.ts";
import { boundCall, inputEstimate, TOKENS_PER_IMAGE } from "../../bounds/mod.ts";
import { openaiChat } from "./mod.ts";

const model = { contextWindowTokens: 1_000_000, maxOutputTokens: 4_096 };
const body = (more: JsonObject) => ({
  model: "m",
  messages: [{ role: "user", content: "မင်္ဂလာပါ" }],
  ...more,
});
const request = (more: JsonObject = {}) => requestOf(openaiChat, arrivedJson(body(more)));
const bound = (more: JsonObject = {}) => boundCall(request(more), model);
const sent = (more: JsonObject, options: Partial<SendOptions> = {}) => {
  const outgoing = openaiChat.send(request(more), {
    upstreamModel: "upstream",
    outputLimit: null,
    outputLimitParameter: "max_tokens",
    asksForUsage: true,
    ...options,
  });
  return JSON.parse(String(outgoing.body));
};

describe("the input bound", () => {
  it.each([
    ["plain text", "hello"],
    ["Burmese", "ကျေးဇူးတင်ပါတယ်"],
    ["emoji", "👩‍👩‍👧‍👦".repeat(100)],
    ["control characters", "\u0001".repeat(500)],
  ])("is never below one token a byte: %s", (_name, content) => {
    const chat = request({ messages: [{ role: "user", content }] });
    const { inputTokensBound } = boundCall(chat, model);
    expect(inputTokensBound).toBeGreaterThanOrEqual(new TextEncoder().encode(content).length);
    expect(inputEstimate(chat, { inputTokensBound })).toBeLessThan(inputTokensBound);
  });

  it("counts no settings, and all of what it does not know", () => {
    const bare = bound().inputTokensBound;
    const settings = { user: "x".repeat(500), metadata: { a: "x".repeat(500) }, temperature: 0.5 };
    expect(bound(settings).inputTokensBound).toBe(bare);
    expect(bound({ x_new: "x".repeat(500) }).inputTokensBound).toBeGreaterThan(bare + 500);
    const tools = [{ type: "function", function: { name: "f", description: "x".repeat(500) } }];
    expect(bound({ tools }).inputTokensBound).toBeGreaterThan(bare + 500);
  });

  it("covers what the provider adds on its own, and what it makes beyond a limit", () => {
    const habits = [{}, { inputOverheadTokens: 2_000, outputSlackTokens: 16 }];
    const bounds = boundCall(request({ max_tokens: 5 }), model, habits);
    expect(bounds.inputTokensBound).toBeGreaterThan(2_000);
    expect(bounds).toMatchObject({ outputTokensRequested: 21, minimumOutputTokens: 16 });
    const unlimited = [{ limitsReasoning: false }];
    const reasons = { ...model, capabilities: ["reasoning"] };
    expect(boundCall(request({ max_tokens: 5 }), reasons, unlimited).outputTokensRequested)
      .toBe(4_096);
    const plain = { ...model, capabilities: ["tools"] };
    expect(boundCall(request({ max_tokens: 5 }), plain, unlimited).outputTokensRequested).toBe(5);
  });

  it("counts sound by its length", () => {
    const data = "A".repeat(1_000_000);
    const content = [{ type: "input_audio", input_audio: { data, format: "wav" } }];
    const bounds = bound({ messages: [{ role: "user", content }] });
    // 750,000 bytes are at most 1,000 seconds, of at most 50 tokens each, and some padding.
    expect(bounds.unitsBound).toEqual({ seconds: 1_000 });
    expect(bounds.inputTokensBound).toBeGreaterThan(50_000);
    expect(bounds.inputTokensBound).toBeLessThan(53_000);
  });

  it("counts an image by its cap and not by the bytes of its data URL", () => {
    const url = `data:image/png;base64,${"A".repeat(500_000)}`;
    const content = [{ type: "text", text: "what?" }, { type: "image_url", image_url: { url } }];
    const { inputTokensBound } = bound({ messages: [{ role: "user", content }] });
    expect(inputTokensBound).toBeGreaterThanOrEqual(TOKENS_PER_IMAGE);
    expect(inputTokensBound).toBeLessThan(TOKENS_PER_IMAGE + 1_500);
  });

  it("is no more than the context window, beyond which no call succeeds", () => {
    const small = { ...model, contextWindowTokens: 8_192 };
    const long = request({ messages: [{ role: "user", content: "x".repeat(20_000) }] });
    expect(boundCall(long, small).inputTokensBound).toBe(8_192);
  });

  it.each<[string, JsonObject]>([
    ["a file", { messages: [{ role: "user", content: [{ type: "file" }] }] }],
    ["an earlier answer's sound", { messages: [{ role: "assistant", audio: { id: "a" } }] }],
    ["a web search", { web_search_options: {} }],
    ["xAI's search", { search_parameters: { mode: "on" } }],
    ["OpenRouter's plugins", { plugins: [{ id: "web" }] }],
    ["a tool of the provider's", { tools: [{ type: "web_search" }] }],
  ])("is the context window for what nobody can count from here: %s", (_name, more) => {
    expect(bound(more).inputTokensBound).toBe(model.contextWindowTokens);
  });
});

describe("the output bound", () => {
  it("is the client's limit for each answer, in whichever member it stands", () => {
    expect(bound().outputTokensRequested).toBeNull();
    expect(bound({ max_tokens: 5 })).toMatchObject({
      outputTokensRequested: 5,
      minimumOutputTokens: 5,
    });
    expect(bound({ max_completion_tokens: 90, n: 3 })).toMatchObject({
      outputTokensRequested: 270,
      minimumOutputTokens: 48,
    });
    expect(bound({ n: 2 }).outputTokensRequested).toBe(8_192);
    expect(bound({ max_tokens: 5, max_completion_tokens: 9 }).outputTokensRequested).toBe(9);
  });
});

describe("the request", () => {
  const refusal = (more: JsonObject) => {
    const parsed = openaiChat.parse(arrivedJson(body(more)));
    return "failure" in parsed ? [parsed.failure.code, parsed.failure.param] : null;
  };

  it("may have every member, known here or not, and goes upstream with it", () => {
    const all = {
      temperature: 0.5,
      top_p: 1,
      stop: ["\n"],
      presence_penalty: 0,
      frequency_penalty: 0,
      logit_bias: { "1": 5 },
      logprobs: true,
      top_logprobs: 2,
      user: "u",
      safety_identifier: "s",
      prompt_cache_key: "k",
      seed: 7,
      tools: [{ type: "function", function: { name: "f" } }, { type: "custom", custom: {} }],
      tool_choice: "auto",
      parallel_tool_calls: false,
      functions: [],
      function_call: "none",
      response_format: { type: "json_schema", json_schema: { deep: [1] } },
      reasoning_effort: "low",
      verbosity: "low",
      metadata: { a: "b" },
      store: false,
      prediction: { type: "content", content: "x" },
      modalities: ["text", "audio"],
      audio: { voice: "alloy", format: "wav" },
      web_search_options: null,
      top_k: 5,
      x_new: { deep: [null] },
      constructor: 1,
      service_tier: "default",
      stream_options: { include_usage: true, include_obfuscation: false },
    };
    expect(sent(all)).toEqual({ ...body(all), model: "upstream" });
  });

  it.each([
    [{ service_tier: "priority" }, "service_tier"],
    [{ service_tier: "scale" }, "service_tier"],
  ])("%j is refused: what it buys has no price here", (more, param) => {
    expect(refusal(more)).toEqual(["unsupported_parameter", param]);
  });

  it("a wrong value of a supported member is not called unsupported", () => {
    expect(refusal({ messages: [{ role: 5 }] })).toEqual(["invalid_request", "messages[0].role"]);
  });
});
