import OpenAI, { toFile } from "openai";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createEffects, platformOf } from "../../shared/effects.ts";
import type { JsonObject } from "../../shared/json.ts";
import { composeProxy } from "../../proxy/compose.ts";
import { readProxyConfig } from "../../proxy/config.ts";
import { type Harness, startHarness } from "./harness.ts";

const effects = createEffects(platformOf(globalThis));
const sse = (...events: readonly JsonObject[]) =>
  new Response(
    events.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`).join(""),
    { headers: { "content-type": "text/event-stream" } },
  );

let harness: Harness;
/** What the provider answers next, and what it was sent last. */
let answer: () => Response = () => new Response("", { status: 500 });
let sent: { readonly url: string; readonly body: unknown; readonly headers: Headers };

beforeAll(async () => {
  harness = await startHarness({
    config: readProxyConfig({
      SARGALAY_UPSTREAMS: JSON.stringify([{
        name: "up",
        profile: "openai",
        baseUrl: "https://up.example/v1",
        models: { m: "upstream-m" },
      }]),
    }),
    models: ["m"],
    effects,
    fetch,
    compose: (config, world) =>
      composeProxy(config, {
        ...world,
        fetch: (url, init) => {
          sent = { url, body: init.body, headers: new Headers(init.headers) };
          return Promise.resolve(answer());
        },
      }),
  });
});

afterAll(async () => await harness.stop());

let before = 0;
beforeEach(() => {
  before = harness.ledger.ends().length;
});

const json = () => JSON.parse(String(sent.body)) as Record<string, unknown>;
const hold = () => harness.ledger.told.findLast(({ type }) => type === "PlaceHold")?.body;

async function settled() {
  const [end] = (await harness.ledger.ended(before + 1)).slice(before);
  return end;
}

const usage = { input_tokens: 9, output_tokens: 4, total_tokens: 13 };
const response = (more: JsonObject = {}): JsonObject => ({
  id: "resp_1",
  object: "response",
  status: "completed",
  model: "upstream-m",
  output: [{
    type: "message",
    id: "msg_1",
    role: "assistant",
    status: "completed",
    content: [{ type: "output_text", text: "Mingalaba!", annotations: [] }],
  }],
  usage,
  ...more,
});

describe("responses", () => {
  it("are held, answered, metered and settled", async () => {
    answer = () => Response.json(response());
    const { output_text } = await harness.client.responses.create({ model: "m", input: "Hi" });
    expect(output_text).toBe("Mingalaba!");
    expect(sent.url).toBe("https://up.example/v1/responses");
    expect(json()).toEqual({ model: "upstream-m", input: "Hi" });
    expect(await settled()).toMatchObject({
      type: "SettleHold",
      body: { usage: { input: 9, output: 4 }, evidence: "reported" },
    });
  });

  it("bound the provider's tools, upstream and in the hold", async () => {
    answer = () => Response.json(response());
    const tools = [{ type: "web_search" as const }];
    await harness.client.responses.create({ model: "m", input: "Hi", tools });
    expect(json()).toMatchObject({ max_tool_calls: 10 });
    expect(hold()).toMatchObject({ unitsBound: { searches: 10 } });
  });

  it("as a stream end with the event that has the usage, and what it cost", async () => {
    answer = () =>
      sse(
        { type: "response.created", response: response({ status: "in_progress", usage: null }) },
        { type: "response.output_text.delta", delta: "Mingalaba!" },
        { type: "response.completed", response: response() },
      );
    const stream = await harness.client.responses.create({ model: "m", input: "Hi", stream: true });
    const events: OpenAI.Responses.ResponseStreamEvent[] = [];
    for await (const event of stream) events.push(event);
    expect(events.map(({ type }) => type)).toEqual([
      "response.created",
      "response.output_text.delta",
      "response.completed",
    ]);
    expect(events.at(-1)).toMatchObject({
      response: { usage: { ...usage, cost: "13", cost_currency: "MMK" } },
    });
    expect(await settled()).toMatchObject({ body: { usage: { input: 9, output: 4 } } });
  });

  it("that fail in their middle raise an error, and are settled on what was seen", async () => {
    answer = () =>
      sse(
        { type: "response.created", response: response({ status: "in_progress", usage: null }) },
        { type: "response.output_text.delta", delta: "Mingalaba!" },
        { type: "error", code: "server_error", message: "The engine broke.", param: null },
      );
    const stream = await harness.client.responses.create({ model: "m", input: "Hi", stream: true });
    const read = async () => {
      for await (const _ of stream);
    };
    await expect(read()).rejects.toThrow("The engine broke.");
    expect(await settled()).toMatchObject({
      type: "SettleHold",
      body: { evidence: "observed", usage: { output: 3 } },
    });
  });

  it.each<[string, JsonObject, string]>([
    ["in the background", { background: true }, "background"],
    ["in a dearer tier", { service_tier: "priority" }, "service_tier"],
    ["with pictures made by a tool", { tools: [{ type: "image_generation" }] }, "tools[0].type"],
  ])("%s are refused by name", async (_name, more, param) => {
    const refused = await harness.call("/v1/responses", {
      method: "POST",
      body: JSON.stringify({ model: "m", input: "Hi", ...more }),
    });
    expect(refused.status).toBe(400);
    expect((await refused.json()).error).toMatchObject({ code: "unsupported_parameter", param });
  });
});

describe("completions, embeddings and moderations", () => {
  it("a text is completed; each prompt has answers of its own", async () => {
    answer = () =>
      Response.json({
        object: "text_completion",
        choices: [{ index: 0, text: "!", finish_reason: "stop" }],
        usage: { prompt_tokens: 2, completion_tokens: 1, total_tokens: 3 },
      });
    await harness.client.completions.create({ model: "m", prompt: ["a", "b"], max_tokens: 5 });
    expect(hold()).toMatchObject({ outputTokensRequested: 2 * (5 + 16) });
    expect(await settled()).toMatchObject({ body: { usage: { input: 2, output: 1 } } });
  });

  it("an embedding has no output to hold for", async () => {
    answer = () =>
      Response.json({
        object: "list",
        data: [{ object: "embedding", index: 0, embedding: [0.5] }],
        usage: { prompt_tokens: 2, total_tokens: 2 },
      });
    const { data } = await harness.client.embeddings.create({
      model: "m",
      input: "Hi",
      encoding_format: "float",
    });
    expect(data[0]?.embedding).toEqual([0.5]);
    expect(hold()).toMatchObject({ outputTokensRequested: 0, minimumOutputTokens: 0 });
    expect(await settled()).toMatchObject({
      body: { usage: { input: 2 }, evidence: "reported" },
    });
  });

  it("a moderation is metered by the request", async () => {
    answer = () => Response.json({ id: "modr-1", model: "m", results: [{ flagged: false }] });
    const { results } = await harness.client.moderations.create({ model: "m", input: "Hi" });
    expect(results).toHaveLength(1);
    expect(await settled()).toMatchObject({ body: { usage: { requests: 1 } } });
  });
});

describe("pictures", () => {
  it("are counted where no tokens are reported", async () => {
    answer = () =>
      Response.json({ created: 1, data: [{ b64_json: "eA==" }, { b64_json: "eA==" }] });
    await harness.client.images.generate({ model: "m", prompt: "A pagoda", n: 2 });
    expect(hold()).toMatchObject({ unitsBound: { images: 2 } });
    expect(await settled()).toMatchObject({ body: { usage: { images: 2 } } });
  });

  it("are edited by a form that is written anew, with the provider's name of the model", async () => {
    answer = () =>
      Response.json({
        created: 1,
        data: [{ b64_json: "eA==" }],
        usage: {
          input_tokens: 40,
          output_tokens: 272,
          total_tokens: 312,
          input_tokens_details: { image_tokens: 30, text_tokens: 10 },
        },
      });
    const image = await toFile(new Uint8Array([1, 2, 3]), "in.png", { type: "image/png" });
    await harness.client.images.edit({ model: "m", prompt: "Greener", image, quality: "low" });
    const form = sent.body as FormData;
    expect(form.getAll("model")).toEqual(["upstream-m"]);
    expect(form.get("prompt")).toBe("Greener");
    const file = form.get("image") as File;
    expect([file.name, new Uint8Array(await file.arrayBuffer())]).toEqual([
      "in.png",
      new Uint8Array([1, 2, 3]),
    ]);
    expect(sent.headers.has("content-type")).toBe(false);
    expect(await settled()).toMatchObject({
      body: { usage: { input: 10, image_input: 30, output: 272 } },
    });
  });

  it("that come after their drafts report with the last event", async () => {
    answer = () =>
      sse(
        { type: "image_generation.partial_image", b64_json: "eA==", partial_image_index: 0 },
        { type: "image_generation.completed", b64_json: "eA==", usage },
      );
    const stream = await harness.client.images.generate({
      model: "m",
      prompt: "A pagoda",
      stream: true,
      partial_images: 1,
    });
    const types: string[] = [];
    for await (const event of stream) types.push(event.type);
    expect(types).toEqual(["image_generation.partial_image", "image_generation.completed"]);
    expect(await settled()).toMatchObject({ body: { usage: { input: 9, output: 4 } } });
  });
});

describe("speech", () => {
  it("passes as it comes, and is metered by the characters of its text", async () => {
    const sound = new Uint8Array([0xff, 0xf3, 0, 1]);
    answer = () => new Response(sound, { headers: { "content-type": "audio/mpeg" } });
    const spoken = await harness.client.audio.speech.create({
      model: "m",
      voice: "alloy",
      input: "မင်္ဂလာပါ😀",
    });
    expect(spoken.headers.get("content-type")).toBe("audio/mpeg");
    expect(new Uint8Array(await spoken.arrayBuffer())).toEqual(sound);
    expect(hold()).toMatchObject({ unitsBound: { characters: 10 } });
    expect(await settled()).toMatchObject({
      body: { usage: { characters: 10 }, evidence: "reported" },
    });
  });

  it("as events reports its tokens at the end", async () => {
    answer = () =>
      sse(
        { type: "speech.audio.delta", audio: "eA==" },
        { type: "speech.audio.done", usage },
      );
    const spoken = await harness.client.audio.speech.create({
      model: "m",
      voice: "alloy",
      input: "Hi",
      stream_format: "sse",
    });
    expect(await spoken.text()).toContain("speech.audio.done");
    expect(await settled()).toMatchObject({
      body: { usage: { characters: 2, input: 9, output: 4 } },
    });
  });
});

describe("speech that is written down", () => {
  const file = () => toFile(new Uint8Array(7_500), "speech.mp3", { type: "audio/mpeg" });

  it("is bounded by its bytes and metered by its seconds", async () => {
    answer = () => Response.json({ text: "Hi.", usage: { type: "duration", seconds: 4 } });
    const { text } = await harness.client.audio.transcriptions.create({
      model: "m",
      file: await file(),
    });
    expect(text).toBe("Hi.");
    expect((sent.body as FormData).get("model")).toBe("upstream-m");
    expect(hold()).toMatchObject({ unitsBound: { seconds: 10 } });
    expect(await settled()).toMatchObject({ body: { usage: { seconds: 4 } } });
  });

  it("may come as subtitles, whose last time tells the seconds", async () => {
    const subtitles = "1\n00:00:00,000 --> 00:01:02,500\nHi.\n";
    answer = () => new Response(subtitles, { headers: { "content-type": "text/plain" } });
    const text = await harness.client.audio.transcriptions.create({
      model: "m",
      file: await file(),
      response_format: "srt",
    });
    expect(text).toBe(subtitles);
    expect(await settled()).toMatchObject({ body: { usage: { seconds: 63 } } });
  });

  it("may come as a stream, or in English", async () => {
    answer = () =>
      sse(
        { type: "transcript.text.delta", delta: "Hi." },
        { type: "transcript.text.done", text: "Hi.", usage },
      );
    const stream = await harness.client.audio.transcriptions.create({
      model: "m",
      file: await file(),
      stream: true,
    });
    for await (const event of stream) expect(event.type).toMatch(/^transcript\.text\./);
    expect(await settled()).toMatchObject({ body: { usage: { input: 9, output: 4 } } });

    before = harness.ledger.ends().length;
    answer = () => Response.json({ text: "Hi.", duration: 3.2 });
    await harness.client.audio.translations.create({ model: "m", file: await file() });
    expect(sent.url).toBe("https://up.example/v1/audio/translations");
    expect(await settled()).toMatchObject({ body: { usage: { seconds: 4 } } });
  });

  it("from somewhere else is refused: nobody here knows how long it is", async () => {
    const refused = await harness.call("/v1/audio/transcriptions", {
      method: "POST",
      body: JSON.stringify({ model: "m", file_url: "https://example.com/a.mp3" }),
    });
    expect((await refused.json()).error).toMatchObject({ param: "file_url" });
  });
});
