import { describe, expect, it } from "vitest";
import { hasOutputLimit } from "./output_limit.ts";

describe("a request's output limit", () => {
  it.each<[string, Parameters<typeof hasOutputLimit>[1], boolean]>([
    ["openai.chat.completions", { model: "m", max_tokens: 5 }, true],
    ["openai.chat.completions", { model: "m", max_tokens: null }, false],
    ["openai.responses", { input: "max_output_tokens" }, false],
    ["google.generateContent", { generationConfig: { maxOutputTokens: 9 } }, true],
    ["bedrock.converse", { inferenceConfig: { maxTokens: 9 } }, true],
    ["ollama.chat", { options: { num_predict: 9 } }, true],
    ["ollama.chat", { max_tokens: 9 }, false],
    ["openai.chat.completions", undefined, false],
  ])("%s %j: %j", (api, json, limited) => {
    expect(hasOutputLimit(api, json)).toBe(limited);
  });
});
