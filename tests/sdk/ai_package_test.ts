import { createAnthropic } from "@ai-sdk/anthropic";
import { createGoogle } from "@ai-sdk/google";
import { createOpenAI } from "@ai-sdk/openai";
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import {
  generateObject,
  generateText,
  type LanguageModel,
  type LanguageModelUsage,
  Output,
  stepCountIs,
  streamObject,
  streamText,
  tool,
} from "ai";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { type Bill, billed, type PayingSystem, startPayingSystem } from "./paying_system.ts";
import { describeMedia } from "./ai_media.ts";
import { REPORTED } from "./provider_words.ts";
import { describeRefusals } from "./refusals.ts";

let system: PayingSystem;

beforeAll(async () => {
  system = await startPayingSystem();
}, 180_000);
afterAll(() => system?.stop(), 60_000);

const at = (apiKey: string) => ({ apiKey, baseURL: `${system.proxyUrl}/v1` });
const googleAt = (apiKey: string) => ({ apiKey, baseURL: `${system.proxyUrl}/v1beta` });
const compatible = (apiKey: string) =>
  createOpenAICompatible({
    ...at(apiKey),
    name: "sargalay",
    includeUsage: true,
    supportsStructuredOutputs: true,
  });

/** Provider objects of the package, the model that they ask for, and the path it is served at. */
const ROUTES: readonly [string, (apiKey: string) => LanguageModel, string][] = [
  ["chat completions", (key) => createOpenAI(at(key)).chat("gpt-4o-mini"), "/v1/chat/completions"],
  ["responses", (key) => createOpenAI(at(key)).responses("gpt-4o-mini"), "/v1/responses"],
  ["a compatible provider", (key) => compatible(key)("gpt-4o-mini"), "/v1/chat/completions"],
  ["messages", (key) => createAnthropic(at(key))("claude-haiku-4-5"), "/v1/messages"],
  ["generated content", (key) => createGoogle(googleAt(key))("gemini-2.5-flash"), "/v1beta/models"],
  [
    "chat completions of a claude model",
    (key) => createOpenAI(at(key)).chat("claude-haiku-4-5"),
    "/v1/messages",
  ],
  [
    "responses of a gemini model",
    (key) => createOpenAI(at(key)).responses("gemini-2.5-flash"),
    "/v1beta/models",
  ],
  [
    "a compatible provider's gemini model",
    (key) => compatible(key)("google/gemini-2.5-flash"),
    "/v1beta/models",
  ],
  ["messages of a gpt model", (key) => createAnthropic(at(key))("gpt-4o-mini"), "/v1/chat"],
  [
    "generated content of a claude",
    (key) => createGoogle(googleAt(key))("claude-haiku-4-5"),
    "/v1/messages",
  ],
];

const prompt = { prompt: "Mingalaba!", maxOutputTokens: 200, maxRetries: 0 };
const TEXT = "Mingalaba! The weather in Yangon is fine.";
const schema = z.object({ city: z.string(), degrees: z.number() });
const YANGON = { city: "Yangon", degrees: 31 };

/** What the package's user sees is what the ledger was told, and what the upstream reported. */
function expectMetered({ receipts, lostMicroKyat }: Bill, usage: LanguageModelUsage): void {
  const sum = (...classes: string[]) =>
    receipts.flatMap((receipt) => classes.map((each) => receipt.usage[each] ?? 0))
      .reduce((all, units) => all + units, 0);
  expect({
    input: sum("input", "cached_input", "cache_write_5m", "cache_write_1h"),
    cached: sum("cached_input"),
    output: sum("output", "reasoning"),
  }).toEqual({
    input: usage.inputTokens,
    cached: usage.inputTokenDetails.cacheReadTokens,
    output: usage.outputTokens,
  });
  expect(usage.inputTokens).toBe(REPORTED.input * receipts.length);
  expect(usage.outputTokens).toBe(REPORTED.output * receipts.length);
  for (const receipt of receipts) {
    expect(receipt).toMatchObject({ state: "settled", evidence: "reported", unbilled: "0" });
  }
  expect(lostMicroKyat).toBeGreaterThan(0n);
}

const idOf = (response: { headers?: Record<string, string> }) => response.headers?.["x-request-id"];

for (const [name, modelOf, path] of ROUTES) {
  describe(`the ai package, ${name}`, () => {
    it("generates a text", async () => {
      system.upstream.say(TEXT);
      let usage: LanguageModelUsage | undefined;
      const bill = await billed(system, async ({ apiKey }) => {
        const result = await generateText({ model: modelOf(apiKey), ...prompt });
        expect([result.text, result.finishReason]).toEqual([TEXT, "stop"]);
        usage = result.usage;
        return [idOf(result.response)];
      });
      expectMetered(bill, usage!);
      expect(system.upstream.asked.map((each) => each.path.startsWith(path))).toEqual([true]);
    });

    it("streams a text", async () => {
      system.upstream.say(TEXT);
      let usage: LanguageModelUsage | undefined;
      const bill = await billed(system, async ({ apiKey }) => {
        const result = streamText({ model: modelOf(apiKey), ...prompt, onError: () => {} });
        const pieces = await Array.fromAsync(result.textStream);
        expect(pieces.join("")).toBe(TEXT);
        expect(pieces.length).toBeGreaterThan(1);
        expect(await result.finishReason).toBe("stop");
        usage = await result.usage;
        return [idOf(await result.response)];
      });
      expectMetered(bill, usage!);
    });

    it("generates an object of a schema", async () => {
      system.upstream.say(JSON.stringify(YANGON));
      let usage: LanguageModelUsage | undefined;
      const bill = await billed(system, async ({ apiKey }) => {
        const result = await generateObject({ model: modelOf(apiKey), ...prompt, schema });
        expect(result.object).toEqual(YANGON);
        usage = result.usage;
        return [idOf(result.response)];
      });
      expectMetered(bill, usage!);
      expect(JSON.stringify(system.upstream.asked[0]?.body)).toContain('"degrees"');
    });

    it("streams an object of a schema", async () => {
      system.upstream.say(JSON.stringify(YANGON));
      let usage: LanguageModelUsage | undefined;
      const bill = await billed(system, async ({ apiKey }) => {
        const result = streamObject({ model: modelOf(apiKey), ...prompt, schema });
        const partial = await Array.fromAsync(result.partialObjectStream);
        expect(partial.at(-1)).toEqual(YANGON);
        expect(await result.object).toEqual(YANGON);
        usage = await result.usage;
        return [idOf(await result.response)];
      });
      expectMetered(bill, usage!);
    });

    it("calls a tool and goes on with its result", async () => {
      const usages: LanguageModelUsage[] = [];
      for (const streaming of [false, true]) {
        system.upstream.say({ tool: "weather", args: { city: "Yangon" } }, TEXT);
        const cities: string[] = [];
        const bill = await billed(system, async ({ apiKey }) => {
          const call = {
            model: modelOf(apiKey),
            ...prompt,
            stopWhen: stepCountIs(3),
            tools: {
              weather: tool({
                description: "The weather of a city",
                inputSchema: z.object({ city: z.string() }),
                execute: ({ city }) => {
                  cities.push(city);
                  return { degrees: 31, sky: "fine" };
                },
              }),
            },
          };
          const result = streaming ? streamText(call) : await generateText(call);
          expect(await result.text).toBe(TEXT);
          const steps = await result.steps;
          expect(steps.map(({ finishReason }) => finishReason)).toEqual(["tool-calls", "stop"]);
          usages.push(await result.totalUsage);
          return steps.map(({ response }) => idOf(response));
        });
        expect(cities).toEqual(["Yangon"]);
        expect(bill.receipts.length).toBe(2);
        expectMetered(bill, usages.at(-1)!);
        expect(JSON.stringify(system.upstream.asked[1]?.body)).toContain("fine");
      }
    });

    it("gives a text its structure by an output", async () => {
      system.upstream.say(JSON.stringify(YANGON));
      let usage: LanguageModelUsage | undefined;
      const bill = await billed(system, async ({ apiKey }) => {
        const result = await generateText({
          model: modelOf(apiKey),
          ...prompt,
          output: Output.object({ schema }),
        });
        expect(result.output).toEqual(YANGON);
        usage = result.usage;
        return [idOf(result.response)];
      });
      expectMetered(bill, usage!);
    });
  });
}

describeMedia(() => system);
describeRefusals(() => system);
