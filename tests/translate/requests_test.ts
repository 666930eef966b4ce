import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../shared/json.ts";
import { callOf, type Protocol, sentBody, translated, translation } from "./translating.ts";

const CHAT = "openai.chat.completions";
const MESSAGES = "anthropic.messages";
const CONTENT = "google.generateContent";
const RESPONSES = "openai.responses";
const PNG = "iVBORw0KGgo=";

const schema = {
  type: "object",
  properties: { city: { type: "string" } },
  required: ["city"],
  additionalProperties: false,
};

/** One conversation with everything that all three can say, in each one's words. */
const weather: Readonly<Record<Exclude<Protocol, "openai.responses">, JsonObject>> = {
  [CHAT]: {
    messages: [
      { role: "system", content: "Be brief." },
      {
        role: "user",
        content: [
          { type: "text", text: "What is this, and the weather there and in Bago?" },
          { type: "image_url", image_url: { url: `data:image/png;base64,${PNG}` } },
        ],
      },
      {
        role: "assistant",
        content: "I look.",
        tool_calls: [
          {
            id: "call_1",
            type: "function",
            function: { name: "weather", arguments: '{"city":"Yangon"}' },
          },
          {
            id: "call_2",
            type: "function",
            function: { name: "weather", arguments: '{"city":"Bago"}' },
          },
        ],
      },
      { role: "tool", tool_call_id: "call_1", content: "Rain" },
      { role: "tool", tool_call_id: "call_2", content: "Sun" },
      { role: "user", content: "And tomorrow?" },
    ],
    tools: [{
      type: "function",
      function: { name: "weather", description: "The weather of a city", parameters: schema },
    }],
    tool_choice: { type: "function", function: { name: "weather" } },
    max_completion_tokens: 500,
    temperature: 0.5,
    top_p: 0.9,
    stop: ["END"],
  },
  [MESSAGES]: {
    system: [{ type: "text", text: "Be brief." }],
    messages: [
      {
        role: "user",
        content: [
          { type: "text", text: "What is this, and the weather there and in Bago?" },
          { type: "image", source: { type: "base64", media_type: "image/png", data: PNG } },
        ],
      },
      {
        role: "assistant",
        content: [
          { type: "text", text: "I look." },
          { type: "tool_use", id: "call_1", name: "weather", input: { city: "Yangon" } },
          { type: "tool_use", id: "call_2", name: "weather", input: { city: "Bago" } },
        ],
      },
      {
        role: "user",
        content: [
          {
            type: "tool_result",
            tool_use_id: "call_1",
            content: [{ type: "text", text: "Rain" }],
          },
          { type: "tool_result", tool_use_id: "call_2", content: [{ type: "text", text: "Sun" }] },
          { type: "text", text: "And tomorrow?" },
        ],
      },
    ],
    tools: [{ name: "weather", description: "The weather of a city", input_schema: schema }],
    tool_choice: { type: "tool", name: "weather" },
    max_tokens: 500,
    temperature: 0.5,
    top_p: 0.9,
    stop_sequences: ["END"],
  },
  [CONTENT]: {
    systemInstruction: { parts: [{ text: "Be brief." }] },
    contents: [
      {
        role: "user",
        parts: [
          { text: "What is this, and the weather there and in Bago?" },
          { inlineData: { mimeType: "image/png", data: PNG } },
        ],
      },
      {
        role: "model",
        parts: [
          { text: "I look." },
          { functionCall: { id: "call_1", name: "weather", args: { city: "Yangon" } } },
          { functionCall: { id: "call_2", name: "weather", args: { city: "Bago" } } },
        ],
      },
      {
        role: "user",
        parts: [
          { functionResponse: { id: "call_1", name: "weather", response: { output: "Rain" } } },
          { functionResponse: { id: "call_2", name: "weather", response: { output: "Sun" } } },
          { text: "And tomorrow?" },
        ],
      },
    ],
    tools: [{
      functionDeclarations: [{
        name: "weather",
        description: "The weather of a city",
        parametersJsonSchema: schema,
      }],
    }],
    toolConfig: { functionCallingConfig: { mode: "ANY", allowedFunctionNames: ["weather"] } },
    generationConfig: {
      maxOutputTokens: 500,
      temperature: 0.5,
      topP: 0.9,
      stopSequences: ["END"],
    },
  },
};

const PROTOCOLS = Object.keys(weather) as (keyof typeof weather)[];
const pairs = PROTOCOLS.flatMap((from) =>
  PROTOCOLS.filter((to) => to !== from).map((to) => [from, to] as const)
);

describe("what all protocols can say", () => {
  it.each(pairs)("%s says it as %s", (from, to) => {
    const { model: _named, ...body } = sentBody(translation(callOf(from, weather[from]), to));
    expect(body).toEqual(weather[to]);
  });

  it.each(pairs)("a stream of %s is a stream of %s, with its usage asked for", (from, to) => {
    const { sent } = translation(callOf(from, weather[from], true), to);
    const body = JSON.parse(String(sent.body));
    if (to === CONTENT) {
      expect(sent.action).toBe("streamGenerateContent");
      expect(sent.query).toEqual({ alt: "sse" });
      expect(body).not.toHaveProperty("stream");
    } else expect(body.stream).toBe(true);
    if (to === CHAT) expect(body.stream_options).toEqual({ include_usage: true });
  });
});

const chat = (more: JsonObject) =>
  callOf(CHAT, { messages: [{ role: "user", content: "Hi" }], ...more });
const messages = (more: JsonObject) =>
  callOf(MESSAGES, { max_tokens: 4_000, messages: [{ role: "user", content: "Hi" }], ...more });
const content = (more: JsonObject) =>
  callOf(CONTENT, { contents: [{ role: "user", parts: [{ text: "Hi" }] }], ...more });

const asked: JsonObject = {
  instructions: "Be brief.",
  input: [
    {
      role: "user",
      content: [
        { type: "input_text", text: "What is this, and the weather there and in Bago?" },
        { type: "input_image", image_url: `data:image/png;base64,${PNG}` },
      ],
    },
    {
      type: "message",
      role: "assistant",
      content: [{ type: "output_text", text: "I look.", annotations: [] }],
    },
    {
      type: "function_call",
      call_id: "call_1",
      name: "weather",
      arguments: '{"city":"Yangon"}',
    },
    { type: "function_call", call_id: "call_2", name: "weather", arguments: '{"city":"Bago"}' },
    { type: "function_call_output", call_id: "call_1", output: "Rain" },
    { type: "function_call_output", call_id: "call_2", output: "Sun" },
    { role: "user", content: "And tomorrow?" },
  ],
  tools: [{
    type: "function",
    name: "weather",
    description: "The weather of a city",
    parameters: schema,
  }],
  tool_choice: { type: "function", name: "weather" },
  max_output_tokens: 500,
  temperature: 0.5,
  top_p: 0.9,
};

const response = (more: JsonObject) => callOf(RESPONSES, { input: "Hi", ...more });

describe("what a response is asked for", () => {
  it.each(PROTOCOLS)("is asked for as %s", (to) => {
    const { model: _named, ...body } = sentBody(translation(callOf(RESPONSES, asked), to));
    const { stop: _chat, stop_sequences: _messages, ...expected } = weather[to];
    const config = expected.generationConfig as JsonObject | undefined;
    const { stopSequences: _content, ...kept } = config ?? {};
    expect(body).toEqual({
      ...expected,
      ...(config === undefined ? {} : { generationConfig: kept }),
    });
  });
});

describe("what one says in other words", () => {
  it.each<[string, ReturnType<typeof chat>, Protocol, JsonObject]>([
    ["a limit that must be there", chat({}), MESSAGES, { max_tokens: 10_000 }],
    ["nothing taken off", chat({ frequency_penalty: 0, n: 1, logprobs: false }), MESSAGES, {}],
    ["one call at a time", chat({ parallel_tool_calls: false, tools: [tool()] }), MESSAGES, {
      tool_choice: { type: "auto", disable_parallel_tool_use: true },
    }],
    ["any call", chat({ tool_choice: "required", tools: [tool()] }), CONTENT, {
      toolConfig: { functionCallingConfig: { mode: "ANY" } },
    }],
    ["calls that must fit", chat({ tools: [tool({ strict: true })] }), CONTENT, {
      toolConfig: { functionCallingConfig: { mode: "VALIDATED" } },
    }],
    ["a tool without arguments", chat({ tools: [tool()] }), MESSAGES, {
      tools: [{ name: "go", input_schema: { type: "object", properties: {} } }],
    }],
    ["a schema", chat({ response_format: format() }), MESSAGES, {
      output_config: { format: { type: "json_schema", schema: { title: "place", ...schema } } },
    }],
    ["a schema", chat({ response_format: format() }), CONTENT, {
      generationConfig: {
        responseMimeType: "application/json",
        responseJsonSchema: { title: "place", ...schema },
      },
    }],
    ["JSON", chat({ response_format: { type: "json_object" } }), CONTENT, {
      generationConfig: { responseMimeType: "application/json" },
    }],
    ["a schema", messages({ output_config: { format: { type: "json_schema", schema } } }), CHAT, {
      response_format: { type: "json_schema", json_schema: { name: "answer", schema } },
    }],
    [
      "Google's own schema",
      content({
        generationConfig: {
          responseMimeType: "application/json",
          responseSchema: {
            type: "OBJECT",
            properties: { type: { type: "STRING", nullable: true } },
          },
        },
      }),
      CHAT,
      {
        response_format: {
          type: "json_schema",
          json_schema: {
            name: "answer",
            schema: { type: "object", properties: { type: { type: ["string", "null"] } } },
          },
        },
      },
    ],
    ["an effort", chat({ reasoning_effort: "medium" }), MESSAGES, {
      thinking: { type: "enabled", budget_tokens: 5_000 },
    }],
    ["an effort", chat({ reasoning_effort: "medium" }), CONTENT, {
      generationConfig: { thinkingConfig: { includeThoughts: true, thinkingBudget: 5_000 } },
    }],
    ["no thinking", chat({ reasoning_effort: "none" }), CONTENT, {
      generationConfig: { thinkingConfig: { thinkingBudget: 0 } },
    }],
    ["a budget", messages({ thinking: { type: "enabled", budget_tokens: 3_200 } }), CHAT, {
      reasoning_effort: "high",
    }],
    ["a budget", messages({ thinking: { type: "enabled", budget_tokens: 3_200 } }), CONTENT, {
      generationConfig: {
        maxOutputTokens: 4_000,
        thinkingConfig: { includeThoughts: true, thinkingBudget: 3_200 },
      },
    }],
    ["a level", content({ generationConfig: { thinkingConfig: { thinkingLevel: "LOW" } } }), CHAT, {
      reasoning_effort: "low",
    }],
    ["a user", chat({ user: "u-1" }), MESSAGES, { metadata: { user_id: "u-1" } }],
    ["a user", messages({ metadata: { user_id: "u-1" } }), CHAT, { user: "u-1" }],
    ["a picture's address", chat(picture("https://example.com/a.png")), MESSAGES, {
      messages: [{
        role: "user",
        content: [{ type: "image", source: { type: "url", url: "https://example.com/a.png" } }],
      }],
    }],
    ["a picture's address", chat(picture("https://example.com/a.png")), CONTENT, {
      contents: [{
        role: "user",
        parts: [{ fileData: { fileUri: "https://example.com/a.png", mimeType: "image/png" } }],
      }],
    }],
    [
      "instructions in between",
      chat({
        messages: [
          { role: "user", content: "Hi" },
          { role: "developer", content: "In Burmese." },
          { role: "user", content: "Go on" },
        ],
      }),
      MESSAGES,
      {
        system: [{ type: "text", text: "In Burmese." }],
        messages: [{
          role: "user",
          content: [{ type: "text", text: "Hi" }, { type: "text", text: "Go on" }],
        }],
      },
    ],
    [
      "a failed call",
      messages({
        messages: [
          { role: "user", content: "Hi" },
          { role: "assistant", content: [{ type: "tool_use", id: "t", name: "go", input: {} }] },
          {
            role: "user",
            content: [{ type: "tool_result", tool_use_id: "t", is_error: true, content: "no way" }],
          },
        ],
      }),
      CHAT,
      {
        messages: [
          { role: "user", content: "Hi" },
          {
            role: "assistant",
            content: null,
            tool_calls: [{ id: "t", type: "function", function: { name: "go", arguments: "{}" } }],
          },
          { role: "tool", tool_call_id: "t", content: "Error: no way" },
        ],
      },
    ],
    [
      "ids that are refused there",
      chat({
        messages: [
          { role: "user", content: "Hi" },
          {
            role: "assistant",
            tool_calls: [{
              id: "functions.go:0",
              type: "function",
              function: { name: "go", arguments: "{}" },
            }],
          },
          { role: "tool", tool_call_id: "functions.go:0", content: "ok" },
        ],
      }),
      MESSAGES,
      {
        messages: [
          {},
          { content: [{ id: "functions_go_0" }] },
          { content: [{ tool_use_id: "functions_go_0" }] },
        ],
      },
    ],
    [
      "calls without ids",
      content({
        contents: [
          { role: "user", parts: [{ text: "Hi" }] },
          {
            role: "model",
            parts: [
              { functionCall: { name: "go", args: { to: 1 } } },
              { functionCall: { name: "go", args: { to: 2 } } },
            ],
          },
          {
            role: "function",
            parts: [
              { functionResponse: { name: "go", response: { output: "one" } } },
              { functionResponse: { name: "go", response: { error: "two" } } },
            ],
          },
        ],
      }),
      MESSAGES,
      {
        messages: [
          { role: "user", content: [{ type: "text", text: "Hi" }] },
          {
            role: "assistant",
            content: [
              { type: "tool_use", id: "call_0", name: "go", input: { to: 1 } },
              { type: "tool_use", id: "call_1", name: "go", input: { to: 2 } },
            ],
          },
          {
            role: "user",
            content: [
              {
                type: "tool_result",
                tool_use_id: "call_0",
                content: [{ type: "text", text: "one" }],
              },
              {
                type: "tool_result",
                tool_use_id: "call_1",
                content: [{ type: "text", text: "two" }],
                is_error: true,
              },
            ],
          },
        ],
      },
    ],
  ])("%s: %#", (_name, call, to, expected) => {
    expect(sentBody(translation(call, to))).toMatchObject(expected);
  });

  it("models that decide their thinking themselves are given an effort", () => {
    const call = chat({ reasoning_effort: "low" });
    const sent = (upstreamModel: string) =>
      sentBody(translation(call, MESSAGES, { upstreamModel }));
    for (const model of ["claude-opus-4-7", "claude-sonnet-4-6", "anthropic/claude-opus-4.6"]) {
      expect(sent(model)).toMatchObject({
        thinking: { type: "adaptive", display: "summarized" },
        output_config: { effort: "low" },
      });
    }
    for (
      const model of ["claude-sonnet-4-20250514", "claude-3-7-sonnet-latest", "claude-opus-4-1"]
    ) {
      expect(sent(model)).toMatchObject({ thinking: { type: "enabled", budget_tokens: 2_000 } });
    }
  });

  it("a lowered output limit lowers the budget, and none is said where none fits", () => {
    const call = chat({ reasoning_effort: "high", max_tokens: 20_000 });
    expect(sentBody(translation(call, MESSAGES, { outputLimit: 2_000 }))).toMatchObject({
      max_tokens: 2_000,
      thinking: { type: "enabled", budget_tokens: 1_600 },
    });
    const refused = translated(call, MESSAGES, { outputLimit: 1_024 });
    expect(refused).toMatchObject({
      failure: { code: "unsupported_parameter", param: "reasoning_effort" },
    });
  });

  it.each(
    [
      [undefined, { reasoning_content: "Hm" }, [
        "messages[1].content[0]",
        "messages[1].content[1]",
      ]],
      ["reasoning", { reasoning: "Hm" }, ["messages[1].content[0]", "messages[1].content[1]"]],
      ["none", {}, ["messages[1].content[0]", "messages[1].content[1]"]],
      ["reasoning_details", {
        reasoning_details: [
          {
            type: "reasoning.text",
            text: "Hm",
            signature: "c2ln",
            format: "anthropic-claude-v1",
            index: 0,
          },
          { type: "reasoning.encrypted", data: "c2Vh", format: "anthropic-claude-v1", index: 1 },
        ],
      }, []],
    ] as const,
  )("thoughts go back as their server takes them: %s", (thoughts, members, leftOut) => {
    const call = messages({
      messages: [
        { role: "user", content: "Hi" },
        {
          role: "assistant",
          content: [
            { type: "thinking", thinking: "Hm", signature: "c2ln" },
            { type: "redacted_thinking", data: "c2Vh" },
            { type: "text", text: "Ho" },
          ],
        },
        { role: "user", content: "Hi" },
      ],
    });
    const there = translation(call, CHAT, thoughts === undefined ? {} : { thoughts });
    const [, said] = sentBody(there).messages as unknown as JsonObject[];
    expect(said).toEqual({ role: "assistant", content: "Ho", ...members });
    expect(there.leftOut).toEqual(leftOut);
  });

  it("marks for a cache are left out, and named", () => {
    const marked = { type: "text", text: "Hi", cache_control: { type: "ephemeral" } };
    const call = messages({ messages: [{ role: "user", content: [marked] }] });
    expect(translation(call, CHAT).leftOut).toEqual(["cache_control"]);
    expect(JSON.stringify(sentBody(translation(call, CHAT)))).not.toContain("cache_control");
  });
});

describe("what cannot be said is refused by its name", () => {
  it.each<[string, ReturnType<typeof chat>, Protocol]>([
    ["an_unknown_member", chat({ an_unknown_member: 1 }), MESSAGES],
    ["an_unknown_member", messages({ an_unknown_member: 1 }), CHAT],
    ["anUnknownMember", content({ anUnknownMember: 1 }), CHAT],
    [
      "messages[0].unknown",
      chat({ messages: [{ role: "user", content: "a", unknown: 1 }] }),
      CONTENT,
    ],
    ["seed", chat({ seed: 1 }), MESSAGES],
    ["generationConfig.seed", content({ generationConfig: { seed: 1 } }), MESSAGES],
    ["frequency_penalty", chat({ frequency_penalty: 0.5 }), MESSAGES],
    ["temperature", chat({ temperature: 1.5 }), MESSAGES],
    ["n", chat({ n: 2 }), CONTENT],
    ["logit_bias.50256", chat({ logit_bias: { 50256: -100 } }), MESSAGES],
    ["logprobs", chat({ logprobs: true }), MESSAGES],
    ["response_format", chat({ response_format: { type: "json_object" } }), MESSAGES],
    ["parallel_tool_calls", chat({ parallel_tool_calls: false }), CONTENT],
    ["tools[0].type", chat({ tools: [{ type: "custom", custom: { name: "x" } }] }), MESSAGES],
    ["top_k", messages({ top_k: 5 }), CHAT],
    [
      "tools[0].type",
      messages({
        tools: [{ type: "web_search_20250305", name: "web_search" }],
      }),
      CHAT,
    ],
    [
      "context_management.edits[0].type",
      messages({ context_management: { edits: [{ type: "compact_20260112" }] } }),
      CHAT,
    ],
    [
      "messages[1]",
      messages({
        messages: [{ role: "user", content: "Hi" }, { role: "assistant", content: "{" }],
      }),
      CHAT,
    ],
    [
      "messages[0].content[0].source.type",
      messages({
        messages: [{
          role: "user",
          content: [{ type: "document", source: { type: "file", file_id: "f" } }],
        }],
      }),
      CHAT,
    ],
    [
      "messages[2].content[0]",
      messages({
        messages: [
          { role: "user", content: "Hi" },
          { role: "assistant", content: [{ type: "tool_use", id: "t", name: "go", input: {} }] },
          {
            role: "user",
            content: [{
              type: "tool_result",
              tool_use_id: "t",
              content: [{
                type: "image",
                source: { type: "base64", media_type: "image/png", data: PNG },
              }],
            }],
          },
        ],
      }),
      CHAT,
    ],
    [
      "messages[1].reasoning_content",
      chat({
        messages: [
          { role: "user", content: "Hi" },
          { role: "assistant", content: "Ho", reasoning_content: "Hm" },
          { role: "user", content: "Hi" },
        ],
      }),
      MESSAGES,
    ],
    [
      "messages[0].content[0].input_audio.format",
      chat({
        messages: [{
          role: "user",
          content: [{ type: "input_audio", input_audio: { data: "AAAA", format: "flac" } }],
        }],
      }),
      CONTENT,
    ],
    [
      "messages[1].tool_calls[0].function.arguments",
      chat({
        messages: [
          { role: "user", content: "Hi" },
          {
            role: "assistant",
            tool_calls: [{ id: "c", type: "function", function: { name: "go", arguments: "[1]" } }],
          },
          { role: "tool", tool_call_id: "c", content: "" },
        ],
      }),
      MESSAGES,
    ],
    [
      "messages[0]",
      chat({
        messages: [{ role: "tool", tool_call_id: "nobody's", content: "Rain" }],
      }),
      CONTENT,
    ],
    ["stop", chat({ stop: "END" }), RESPONSES],
    ["seed", chat({ seed: 1 }), RESPONSES],
    ["previous_response_id", response({ previous_response_id: "resp_1" }), CHAT],
    ["store", response({ store: true }), MESSAGES],
    ["tools[0].type", response({ tools: [{ type: "web_search" }] }), CHAT],
    ["input[0].type", response({ input: [{ type: "item_reference", id: "i" }] }), CHAT],
    ["tools[0].googleSearch", content({ tools: [{ googleSearch: {} }] }), CHAT],
    ["cachedContent", content({ cachedContent: "cachedContents/1" }), MESSAGES],
    [
      "safetySettings[0].threshold",
      content({
        safetySettings: [{
          category: "HARM_CATEGORY_HARASSMENT",
          threshold: "BLOCK_LOW_AND_ABOVE",
        }],
      }),
      CHAT,
    ],
    [
      "generationConfig.responseModalities[0]",
      content({
        generationConfig: { responseModalities: ["IMAGE"] },
      }),
      CHAT,
    ],
    ["generationConfig.topK", content({ generationConfig: { topK: 3 } }), CHAT],
  ])("%s", (param, call, to) => {
    expect(translated(call, to)).toMatchObject({
      failure: { code: "unsupported_parameter", param },
    });
  });
});

describe("a member that the client's own API needs", () => {
  it.each([
    ["max_tokens", callOf(MESSAGES, { messages: [{ role: "user", content: "Hi" }] }), CHAT],
  ])("%s, is called missing and not untranslatable", (param, call, to) => {
    const message = `The parameter "${param}" is missing.`;
    expect(translated(call, to)).toMatchObject({
      failure: { code: "invalid_request", param, message },
    });
  });
});

function tool(more: JsonObject = {}): JsonObject {
  return { type: "function", function: { name: "go", ...more } };
}

function format(): JsonObject {
  return { type: "json_schema", json_schema: { name: "place", schema, strict: true } };
}

function picture(url: string): JsonObject {
  return { messages: [{ role: "user", content: [{ type: "image_url", image_url: { url } }] }] };
}
