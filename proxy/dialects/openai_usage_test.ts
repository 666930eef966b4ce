import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { arrivedJson, bytesOf, requestOf, runStream } from "../../tests/dialects/mod.ts";
import { openaiChat } from "./openai_chat/mod.ts";
import { mergeUsage, openaiUsage } from "./openai_usage.ts";

describe("disjoint classes", () => {
  it.each([
    ["OpenAI, every part", {
      prompt_tokens: 100,
      completion_tokens: 50,
      total_tokens: 150,
      prompt_tokens_details: { cached_tokens: 60, audio_tokens: 10 },
      completion_tokens_details: { reasoning_tokens: 20, audio_tokens: 5 },
    }, {
      input: 30,
      cached_input: 60,
      audio_input: 10,
      output: 25,
      reasoning: 20,
      audio_output: 5,
    }],
    ["xAI, whose reasoning stands beside the output", {
      prompt_tokens: 10,
      completion_tokens: 5,
      total_tokens: 22,
      completion_tokens_details: { reasoning_tokens: 7 },
    }, { input: 10, output: 5, reasoning: 7 }],
    ["DeepSeek's cache", {
      prompt_tokens: 10,
      prompt_cache_hit_tokens: 4,
      completion_tokens: 1,
      total_tokens: 11,
    }, { input: 6, cached_input: 4, output: 1 }],
    ["a part above its whole is cut to it", {
      prompt_tokens: 7,
      completion_tokens: 7,
      total_tokens: 14,
      prompt_tokens_details: { cached_tokens: 161 },
    }, { input: 0, cached_input: 7, output: 7 }],
    ["Mistral's sound, which stands beside the prompt", {
      prompt_tokens: 11,
      completion_tokens: 15,
      total_tokens: 401,
      prompt_audio_seconds: 5,
      prompt_tokens_details: { cached_tokens: 9, audio_tokens: 375 },
    }, { input: 2, cached_input: 9, audio_input: 375, output: 15, seconds: 5 }],
    ["sound that only the total counts", {
      prompt_tokens: 4,
      completion_tokens: 1_072,
      total_tokens: 5_201,
      prompt_audio_seconds: 316,
    }, { input: 4, audio_input: 4_125, output: 1_072, seconds: 316 }],
    ["sound inside of the prompt, and more that only the total counts", {
      prompt_tokens: 10,
      completion_tokens: 1,
      total_tokens: 31,
      prompt_audio_seconds: 1,
      prompt_tokens_details: { audio_tokens: 4 },
    }, { input: 6, audio_input: 24, output: 1, seconds: 1 }],
    ["Gemini's thoughts, which only the total counts", {
      prompt_tokens: 35,
      completion_tokens: 12,
      total_tokens: 109,
    }, { input: 35, output: 12, reasoning: 62 }],
    ["cache writes of both lifetimes, by a gateway to Anthropic", {
      prompt_tokens: 100,
      completion_tokens: 1,
      total_tokens: 101,
      cache_read_input_tokens: 10,
      cache_creation_input_tokens: 50,
      cache_creation: { ephemeral_5m_input_tokens: 30, ephemeral_1h_input_tokens: 20 },
    }, { input: 40, cached_input: 10, cache_write_1h: 20, cache_write_5m: 30, output: 1 }],
    ["cached tokens beside the prompt, as the total shows", {
      prompt_tokens: 5,
      completion_tokens: 1,
      total_tokens: 16,
      prompt_tokens_details: { cached_tokens: 10 },
    }, { input: 5, cached_input: 10, output: 1 }],
    ["pictures made and sound that was cached", {
      input_tokens: 100,
      output_tokens: 50,
      total_tokens: 150,
      input_tokens_details: {
        cached_tokens: 40,
        audio_tokens: 30,
        image_tokens: 20,
        cached_tokens_details: { audio_tokens: 25 },
      },
      output_tokens_details: { image_tokens: 48 },
    }, {
      input: 35,
      cached_input: 40,
      audio_input: 5,
      image_input: 20,
      output: 2,
      image_output: 48,
    }],
    ["seconds alone", { type: "duration", seconds: 5.2 }, { seconds: 6 }],
    ["xAI's searches", {
      input_tokens: 1,
      output_tokens: 1,
      total_tokens: 2,
      server_side_tool_usage_details: { web_search_calls: 2, x_search_calls: 1 },
    }, { input: 1, output: 1, searches: 3 }],
    ["an explicit zero is zero", { prompt_tokens: 0, completion_tokens: 0 }, {
      input: 0,
      output: 0,
    }],
    ["a report without its input does not call it zero", {
      completion_tokens: 5,
      total_tokens: 5,
      prompt_tokens_details: { cached_tokens: 3 },
    }, { output: 5 }],
    ["a report without its output does not call it zero", {
      prompt_tokens: 9,
      completion_tokens: null,
      prompt_tokens_details: { cached_tokens: 3 },
      completion_tokens_details: { reasoning_tokens: 3 },
    }, { input: 6, cached_input: 3 }],
    ["a count that cannot be believed is no count", { prompt_tokens: -1, completion_tokens: 5 }, {
      output: 5,
    }],
  ])("%s", (_name, report, expected) => expect(openaiUsage(report)).toEqual(expected));

  it.each([
    [null],
    [undefined],
    ["100"],
    [{}],
    [{ prompt_tokens: -1 }],
    [{ prompt_tokens: 1.5 }],
    [{ prompt_tokens: "12" }],
    [{ prompt_tokens: 1e300 }],
  ])("%j is no report", (report) => expect(openaiUsage(report)).toBeNull());

  it("always add up to the whole counts, whatever a provider says of their parts", () => {
    const count = fc.oneof(fc.nat({ max: 1_000 }), fc.constant(undefined));
    fc.assert(fc.property(
      fc.nat({ max: 1_000 }),
      fc.nat({ max: 1_000 }),
      count,
      count,
      count,
      count,
      (prompt, completion, cached, audioIn, audioOut, reasoning) => {
        const usage = openaiUsage({
          prompt_tokens: prompt,
          completion_tokens: completion,
          total_tokens: prompt + completion,
          prompt_tokens_details: { cached_tokens: cached, audio_tokens: audioIn },
          completion_tokens_details: { reasoning_tokens: reasoning, audio_tokens: audioOut },
        });
        const sum = (
          names:
            ("input" | "cached_input" | "audio_input" | "output" | "reasoning" | "audio_output")[],
        ) => names.reduce((all, name) => all + (usage?.[name] ?? 0), 0);
        expect(sum(["input", "cached_input", "audio_input"])).toBe(prompt);
        expect(sum(["output", "reasoning", "audio_output"])).toBe(completion);
      },
    ));
  });
});

describe("several reports of one stream", () => {
  it.each([
    ["the input first, the output last", [{ prompt_tokens: 9 }, { completion_tokens: 4 }], {
      input: 9,
      output: 4,
    }],
    ["a partial report does not erase what an earlier one said", [
      { prompt_tokens: 9, completion_tokens: 4, prompt_tokens_details: { cached_tokens: 3 } },
      { completion_tokens: 6 },
    ], { input: 6, cached_input: 3, output: 6 }],
    ["the newer whole counts, with its own parts", [
      { prompt_tokens: 9, completion_tokens: 1, prompt_tokens_details: { cached_tokens: 3 } },
      {
        prompt_tokens: 9,
        completion_tokens: 8,
        completion_tokens_details: { reasoning_tokens: 5 },
      },
    ], { input: 9, output: 3, reasoning: 5 }],
    ["a side is not taken back to nothing", [
      { prompt_tokens: 9, completion_tokens: 1 },
      { prompt_tokens: 0, completion_tokens: 7 },
      { prompt_tokens: 0, completion_tokens: 0 },
    ], { input: 9, output: 7 }],
    ["what is no report changes nothing", [{ prompt_tokens: 2, completion_tokens: 1 }, null, {}], {
      input: 2,
      output: 1,
    }],
  ])("%s", (_name, reports, expected) => {
    const merged = reports.map(openaiUsage).reduce(mergeUsage, null);
    expect(merged).toEqual(expected);
  });

  it("reach the stream's state, wherever they stand in it", () => {
    const events = [
      { choices: [{ index: 0, delta: { content: "Hello" } }], usage: { prompt_tokens: 9 } },
      { choices: [{ index: 0, delta: {}, finish_reason: "stop" }] },
      { choices: [], usage: { completion_tokens: 4 } },
    ];
    const text = events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join("");
    const messages = [{ role: "user", content: "" }];
    const request = requestOf(openaiChat, arrivedJson({ model: "m", messages, stream: true }));
    const { state } = runStream(openaiChat.reader(request), [bytesOf(text)], false);
    expect(state.usage).toEqual({ input: 9, output: 4 });
  });
});
