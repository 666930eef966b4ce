import Anthropic from "@anthropic-ai/sdk";
import { toFile } from "openai";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { composeProxy } from "../../proxy/compose.ts";
import { readProxyConfig } from "../../proxy/config.ts";
import { type Simulator, startSimulator } from "../../scripts/simulator/mod.ts";
import { createEffects, platformOf } from "../../shared/effects.ts";
import { type Harness, startHarness } from "./harness.ts";

const effects = createEffects(platformOf(globalThis));
const messages = [{ role: "user" as const, content: "Mingalaba!" }];
let simulator: Simulator;
let harness: Harness;

beforeAll(async () => {
  simulator = await startSimulator();
  harness = await startHarness({
    config: readProxyConfig({ SARGALAY_SIMULATOR_URL: simulator.url }),
    models: ["m", "gpt-image-1", "sim-500"],
    effects,
    fetch,
    compose: composeProxy,
  });
});

afterAll(async () => {
  await harness.stop();
  await simulator.stop();
});

/** Makes a call, and gives the usage that it was settled with and whether it said what it is. */
async function metered(call: () => Promise<Response | { readonly response: Response }>) {
  const before = harness.ledger.ends().length;
  const outcome = await call();
  const response = outcome instanceof Response ? outcome : outcome.response;
  expect(response.headers.get("x-sargalay-simulated")).toBe("true");
  const ends = (await harness.ledger.ended(before + 1)).slice(before);
  expect(ends.map(({ type }) => type)).toEqual(["SettleHold"]);
  return ends[0]?.body as { usage: Record<string, number>; evidence: string };
}

const post = async (path: string, body: unknown) => {
  const response = await harness.call(path, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  expect(response.status).toBe(200);
  return { response, text: await response.text() };
};

describe("without any provider's key, the simulator answers", () => {
  it("messages, whole and streamed, to Anthropic's own client", async () => {
    const client = new Anthropic({ baseURL: harness.url, apiKey: harness.secret, maxRetries: 0 });
    const body = { model: "m", max_tokens: 7, messages };
    const stream = client.messages.stream(body);
    const { usage } = await metered(async () => {
      const { response } = await stream.withResponse();
      await stream.done();
      return response;
    });
    const message = await stream.finalMessage();
    expect([message.stop_reason, usage.output]).toEqual(["max_tokens", 7]);
    expect(usage.input).toBe(message.usage.input_tokens);
    const whole = await metered(() => client.messages.create(body).withResponse());
    expect(whole).toMatchObject({ usage: { output: 7 }, evidence: "reported" });
    expect((await client.messages.countTokens({ model: "m", messages })).input_tokens)
      .toBe(usage.input);
  });

  it.each(["generateContent", "streamGenerateContent", "streamGenerateContent?alt=sse"])(
    "Gemini's %s",
    async (action) => {
      let text = "";
      const { usage, evidence } = await metered(async () => {
        const contents = [{ role: "user", parts: [{ text: "Mingalaba!" }] }];
        const answer = await post(`/v1beta/models/m:${action}`, {
          contents,
          generationConfig: { maxOutputTokens: 5 },
        });
        text = answer.text;
        return answer;
      });
      expect(text).toContain("MAX_TOKENS");
      expect([usage.output, evidence]).toEqual([5, "reported"]);
    },
  );

  it.each([false, true])("responses (streamed: %s)", async (stream) => {
    const { client } = harness;
    let done: string | undefined;
    const { usage } = await metered(async () => {
      const body = { model: "m", input: "Mingalaba!", max_output_tokens: 16 };
      if (!stream) {
        const answer = await client.responses.create(body).withResponse();
        done = answer.data.status;
        return answer;
      }
      const answer = await client.responses.create({ ...body, stream: true }).withResponse();
      for await (const event of answer.data) done = event.type;
      return answer;
    });
    expect(done).toBe(stream ? "response.incomplete" : "incomplete");
    expect(usage.output).toBe(16);
  });

  it("completions, embeddings, moderations, pictures and sound", async () => {
    const { client } = harness;
    const completion = await metered(() =>
      client.completions.create({ model: "m", prompt: "Hi", max_tokens: 3 }).withResponse()
    );
    expect(completion.usage).toMatchObject({ output: 3 });
    const embedding = await metered(() =>
      client.embeddings.create({ model: "m", input: ["one two", "three"] }).withResponse()
    );
    expect(embedding.usage).toEqual({ input: 3 });
    const moderation = await metered(() =>
      client.moderations.create({ model: "m", input: "Hi" }).withResponse()
    );
    expect(moderation.usage).toMatchObject({ requests: 1 });
    const picture = await metered(() =>
      client.images.generate({ model: "gpt-image-1", prompt: "grey" }).withResponse()
    );
    expect(picture.usage).toEqual({ input: 1, output: 272 });
    const speech = await metered(async () => {
      const { data, response } = await client.audio.speech.create({
        model: "m",
        input: "Hello!",
        voice: "alloy",
      }).withResponse();
      expect(new TextDecoder().decode((await data.bytes()).subarray(0, 4))).toBe("RIFF");
      return response;
    });
    expect(speech.usage).toEqual({ characters: 6 });
    const file = await toFile(new Uint8Array(32_000), "a.wav");
    const heard = await metered(() =>
      client.audio.transcriptions.create({ model: "m", file }).withResponse()
    );
    expect(heard.usage).toEqual({ seconds: 2 });
  });

  it("rerank, and embeddings in Google's words", async () => {
    const documents = ["a cat", "a dog"];
    const { usage } = await metered(() =>
      post("/v1/rerank", { model: "m", query: "dog", documents })
    );
    expect(usage).toEqual({ searches: 1, requests: 1 });
    const embedding = await metered(() =>
      post("/v1beta/models/m:embedContent", { content: { parts: [{ text: "Hi" }] } })
    );
    expect(embedding.usage.input).toBeGreaterThan(0);
  });

  it("videos, which are charged when they are made", async () => {
    const { client } = harness;
    const before = harness.ledger.ends().length;
    const video = await client.videos.create({ model: "m" as never, prompt: "x", seconds: "8" });
    while ((await client.videos.retrieve(video.id)).status !== "completed") {
      await effects.timers.sleep(100);
    }
    const ends = (await harness.ledger.ended(before + 1)).slice(before);
    expect(ends.map(({ type, body }) => [type, body.usage])).toEqual([
      ["SettleHold", { seconds: 8 }],
    ]);
  });

  it("with errors in the form of the API that was called", async () => {
    const refused = async (path: string, body: unknown) => {
      const response = await harness.call(path, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(body),
      });
      return [response.status, await response.json()];
    };
    expect(await refused("/v1/messages", { model: "sim-500", max_tokens: 5, messages })).toEqual([
      502,
      expect.objectContaining({
        type: "error",
        error: expect.objectContaining({ type: "api_error" }),
      }),
    ]);
  });
});
