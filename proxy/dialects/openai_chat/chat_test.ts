import { describe, expect, it } from "vitest";
import { boundCall, inputEstimate, parseChatRequest, TOKENS_PER_IMAGE } from "./mod.ts";

const model = { contextWindowTokens: 1_000_000, maxOutputTokens: 4_096 };
const bytesOf = (body: unknown) => new TextEncoder().encode(JSON.stringify(body));

function request(more: Record<string, unknown> = {}) {
  const body = { model: "m", messages: [{ role: "user", content: "မင်္ဂလာပါ" }], ...more };
  const parsed = parseChatRequest(body);
  if ("failure" in parsed) throw new Error(parsed.failure.message);
  return { request: parsed.request, bytes: bytesOf(body) };
}

describe("the input bound", () => {
  it.each([
    ["plain text", "hello"],
    ["Burmese", "ကျေးဇူးတင်ပါတယ်"],
    ["emoji", "👩‍👩‍👧‍👦".repeat(100)],
    ["control characters", "\u0001".repeat(500)],
  ])("is never below one token a byte: %s", (_name, content) => {
    const { request: chat, bytes } = request({ messages: [{ role: "user", content }] });
    const { inputTokensBound } = boundCall(chat, bytes.length, model);
    expect(inputTokensBound).toBeGreaterThanOrEqual(new TextEncoder().encode(content).length);
    expect(inputEstimate(chat, bytes, { inputTokensBound })).toBeLessThan(inputTokensBound);
  });

  it("counts an image by its cap and not by the bytes of its data URL", () => {
    const url = `data:image/png;base64,${"A".repeat(500_000)}`;
    const content = [{ type: "text", text: "what?" }, { type: "image_url", image_url: { url } }];
    const { request: chat, bytes } = request({ messages: [{ role: "user", content }] });
    const { inputTokensBound } = boundCall(chat, bytes.length, model);
    expect(inputTokensBound).toBeGreaterThanOrEqual(TOKENS_PER_IMAGE);
    expect(inputTokensBound).toBeLessThan(TOKENS_PER_IMAGE + 1_500);
  });

  it("is no more than the context window, beyond which no call succeeds", () => {
    const { request: chat } = request();
    const small = { ...model, contextWindowTokens: 8_192 };
    expect(boundCall(chat, 900_000, small).inputTokensBound).toBe(8_192);
  });
});

describe("the output bound", () => {
  it("is the client's limit for each answer, in whichever member it stands", () => {
    const bounds = (more: Record<string, unknown>) => {
      const { request: chat, bytes } = request(more);
      return boundCall(chat, bytes.length, model);
    };
    expect(bounds({}).outputTokensRequested).toBeNull();
    expect(bounds({ max_tokens: 5 })).toMatchObject({
      outputTokensRequested: 5,
      minimumOutputTokens: 5,
    });
    expect(bounds({ max_completion_tokens: 90, n: 3 })).toMatchObject({
      outputTokensRequested: 270,
      minimumOutputTokens: 48,
    });
    expect(bounds({ n: 2 }).outputTokensRequested).toBe(8_192);
    expect(bounds({ max_tokens: 5, max_completion_tokens: 9 }).outputTokensRequested).toBe(9);
  });
});

describe("the request", () => {
  const refusal = (more: Record<string, unknown>) => {
    const parsed = parseChatRequest({
      model: "m",
      messages: [{ role: "user", content: "" }],
      ...more,
    });
    return "failure" in parsed ? [parsed.failure.code, parsed.failure.param] : null;
  };

  it("may have every member of OpenAI's that buys tokens alone, as it is", () => {
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
      modalities: ["text"],
      audio: null,
      web_search_options: null,
      service_tier: "default",
      stream_options: { include_usage: true, include_obfuscation: false },
    };
    expect(request(all).request.body).toMatchObject(all);
  });

  it.each([
    [{ plugins: [{ id: "web" }] }, "plugins"],
    [{ x_new: null }, "x_new"],
    [{ search_parameters: { mode: "on" } }, "search_parameters"],
    [JSON.parse('{"__proto__": {"max_tokens": 9}}'), "__proto__"],
    [{ Max_Tokens: 9 }, "Max_Tokens"],
    [{ constructor: 1 }, "constructor"],
    [{ service_tier: "priority" }, "service_tier"],
    [{ service_tier: "flex" }, "service_tier"],
    [{ tools: [{ type: "function" }, { type: "web_search" }] }, "tools[1].type"],
    [{ tools: [{ googleSearch: {} }] }, "tools[0].type"],
    [{ messages: [{ role: "assistant", audio: { id: "a" } }] }, "messages[0].audio"],
    [{ audio: { voice: "alloy" } }, "audio"],
  ])("%j is refused: what it buys has no price here", (more, param) => {
    expect(refusal(more)).toEqual(["unsupported_parameter", param]);
  });

  it("a wrong value of a supported member is not called unsupported", () => {
    expect(refusal({ messages: [{ role: 5 }] })).toEqual(["invalid_request", "messages[0].role"]);
  });
});
