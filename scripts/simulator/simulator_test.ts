import OpenAI from "openai";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Simulator, startSimulator } from "./mod.ts";
import { promptTokens, tokensOf } from "./tokens.ts";

const messages = [{ role: "user" as const, content: "Mingalaba! How are you?" }];
let simulator: Simulator;
let client: OpenAI;

beforeAll(async () => {
  simulator = await startSimulator();
  client = new OpenAI({ baseURL: `${simulator.url}/v1`, apiKey: "any", maxRetries: 0 });
});

afterAll(() => simulator.stop());

async function streamed(more: Partial<OpenAI.ChatCompletionCreateParamsStreaming>) {
  const stream = await client.chat.completions.create({
    model: "gpt-4o-mini",
    messages,
    stream: true,
    ...more,
  });
  const chunks: OpenAI.ChatCompletionChunk[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return chunks;
}

describe("the simulator", () => {
  it("reports the tokens that it counts, and says that it is simulated", async () => {
    const answer = await client.chat.completions.create({ model: "gpt-4o-mini", messages });
    const text = answer.choices[0]?.message.content ?? "";
    expect(text).toContain("simulated");
    expect(answer.usage).toMatchObject({
      prompt_tokens: promptTokens(messages),
      completion_tokens: tokensOf(text).length,
    });
    const again = await client.chat.completions.create({ model: "gpt-4o-mini", messages });
    expect(again.choices).toEqual(answer.choices);
  });

  it("sends usage as OpenAI does: null in each chunk, then alone in the last, if asked", async () => {
    const asked = await streamed({ stream_options: { include_usage: true } });
    expect(asked.at(-1)).toMatchObject({
      choices: [],
      usage: { prompt_tokens: promptTokens(messages) },
    });
    for (const chunk of asked.slice(0, -1)) expect(chunk.usage).toBeNull();
    for (const chunk of await streamed({})) expect(chunk).not.toHaveProperty("usage");
  });

  it("obeys limits, stops and the number of answers", async () => {
    const limited = await client.chat.completions.create({
      model: "m",
      messages,
      max_completion_tokens: 5,
      n: 2,
    });
    expect(limited.choices.map(({ finish_reason }) => finish_reason)).toEqual(["length", "length"]);
    expect(limited.usage?.completion_tokens).toBe(10);
    const stopped = await client.chat.completions.create({ model: "m", messages, stop: " answer" });
    expect(stopped.choices[0]?.message.content).toBe("This");
  });

  it("echoes, and streams fifty chunks for benchmarks", async () => {
    const echo = await client.chat.completions.create({ model: "sim-echo", messages });
    expect(echo.choices[0]?.message.content).toBe(messages[0]?.content);
    expect(await streamed({ model: "sim-bench" })).toHaveLength(50);
  });

  it("behaves under every name when faults are off", async () => {
    const tame = await startSimulator({ faults: false });
    const calm = new OpenAI({ baseURL: `${tame.url}/v1`, apiKey: "any", maxRetries: 0 });
    const answer = await calm.chat.completions.create({ model: "sim-500", messages });
    expect(answer.choices[0]?.finish_reason).toBe("stop");
    await tame.stop();
  });

  it("lists its models, and refuses what it does not know in OpenAI's shape", async () => {
    const ids = (await client.models.list()).data.map(({ id }) => id);
    expect(ids).toContain("sim-stall");
    const lost = await fetch(`${simulator.url}/v1/nothing`);
    expect([lost.status, Object.keys((await lost.json()).error)]).toEqual([
      404,
      ["message", "type", "param", "code"],
    ]);
  });
});
