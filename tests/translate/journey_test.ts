import Anthropic from "@anthropic-ai/sdk";
import OpenAI from "openai";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { composeProxy } from "../../proxy/compose.ts";
import { readProxyConfig } from "../../proxy/config.ts";
import { dialectOf } from "../../proxy/dialects/mod.ts";
import type { ProviderProfile, UpstreamTarget } from "../../proxy/upstream/mod.ts";
import { createEffects, platformOf } from "../../shared/effects.ts";
import type { JsonObject } from "../../shared/json.ts";
import { runStream } from "../dialects/mod.ts";
import { type Harness, startHarness } from "../proxy/harness.ts";
import { answerBytes, readRecordings, type Recording } from "../recordings/mod.ts";
import { eventsIn, saidByChat, saidByContent, saidByMessages } from "./recorded.ts";
import { smallestCall } from "./translating.ts";

const effects = createEffects(platformOf(globalThis));

/** A provider that answers with a recording, and shows what it was asked. */
let recording: Recording | null = null;
let refusal: { readonly status: number; readonly body: string } | null = null;
let asked: { readonly path: string; readonly headers: Headers; readonly body: JsonObject } | null =
  null;
let server: Deno.HttpServer<Deno.NetAddr>;
let harness: Harness;

const profile = (name: string, dialects: ProviderProfile["dialects"]): ProviderProfile => ({
  name,
  baseUrl: "",
  auth: "x-api-key",
  dialects,
  headers: {},
  onClientGone: "drain",
  outputLimitParameter: "max_tokens",
  asksForUsage: true,
  source: "this test",
});

beforeAll(async () => {
  server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, async (request) => {
    const { pathname, search } = new URL(request.url);
    asked = { path: pathname + search, headers: request.headers, body: await request.json() };
    if (refusal !== null) {
      return new Response(refusal.body, {
        status: refusal.status,
        headers: { "content-type": "application/json" },
      });
    }
    if (recording === null) return new Response(null, { status: 500 });
    const type = recording.streaming ? "text/event-stream" : "application/json";
    return new Response(answerBytes(recording), { headers: { "content-type": type } });
  });
  const target = (name: string, dialects: ProviderProfile["dialects"]): UpstreamTarget => ({
    name,
    profile: profile(name, dialects),
    baseUrl: `http://127.0.0.1:${server.addr.port}`,
    apiKey: "provider-secret",
    models: new Map([[name, `${name}-upstream`]]),
    simulated: false,
  });
  harness = await startHarness({
    config: {
      ...readProxyConfig({ SARGALAY_SIMULATOR_URL: "http://127.0.0.1:9/v1" }),
      targets: [
        target("messages", { "anthropic.messages": "/v1/messages" }),
        target("content", { "google.generateContent": "/v1beta/models/{model}:{action}" }),
        target("chat", { "openai.chat.completions": "/v1/chat/completions" }),
      ],
    },
    models: ["messages", "content", "chat"],
    effects,
    fetch,
    compose: composeProxy,
  });
});

afterAll(async () => {
  await harness.stop();
  await server.shutdown();
});

/** The longest recorded stream of an API that came to its end with a call in it. */
function longestWithCall(api: string, mark: string): Recording {
  const [longest] = readRecordings({ api, streaming: true })
    .filter(({ response, framing, expected_usage }) =>
      response.status === 200 && framing === "sse" && expected_usage !== null &&
      expected_usage.ambiguous.length === 0 && response.body.includes(mark)
    )
    .sort((a, b) => b.response.body.length - a.response.body.length);
  if (longest === undefined) throw new Error(`no stream of ${api} has ${mark}`);
  return longest;
}

const messages = [{ role: "user" as const, content: "Mingalaba!" }];

/** What the ledger is told at the end of a call that `make` makes. */
async function settledBy(make: () => Promise<void>): Promise<JsonObject> {
  const before = harness.ledger.ends().length;
  await make();
  const ends = await harness.ledger.ended(before + 1);
  return ends.at(-1)?.body ?? {};
}

/** What the same stream is metered as where nothing is translated. */
function nativeUsage(protocol: Parameters<typeof smallestCall>[0], stream: Recording) {
  const reader = dialectOf(protocol).reader(smallestCall(protocol, true));
  const head = { status: 200, headers: new Headers({ "content-type": "text/event-stream" }) };
  return runStream(reader, [answerBytes(stream)], true, head).state.usage;
}

describe("OpenAI's client", () => {
  it.each(
    [
      ["messages", "anthropic.messages", "anthropic.messages", '"tool_use"', saidByMessages],
      [
        "content",
        "google.generateContent",
        "google.streamGenerateContent",
        '"functionCall"',
        saidByContent,
      ],
    ] as const,
  )("streams from a model behind %s", async (model, protocol, api, mark, said) => {
    const stream = longestWithCall(api, mark);
    recording = stream;
    const settled = await settledBy(async () => {
      const completion = await harness.client.chat.completions.stream({
        model,
        messages,
        stream_options: { include_usage: true },
      }).finalChatCompletion();
      const truth = said(eventsIn(stream));
      const message = completion.choices[0]?.message;
      expect(message?.content ?? "").toBe(truth.text);
      expect(message?.tool_calls?.map((call) => call.type === "function" && call.function.name))
        .toEqual(truth.calls.map(({ name }) => name));
      expect(completion.usage).toMatchObject({
        cost_currency: "MMK",
        completion_tokens: stream.expected_usage?.inclusive.output_total,
      });
    });
    expect(settled).toMatchObject({
      usage: nativeUsage(protocol, stream),
      evidence: "reported",
      call: { provider: model, outcome: "completed" },
    });
    expect(asked?.headers.get("x-api-key")).toBe("provider-secret");
  });

  it("is told by name what cannot be said there, before anything was sent", async () => {
    asked = null;
    const refused = harness.client.chat.completions.create({
      model: "messages",
      messages,
      seed: 1,
    });
    await expect(refused).rejects.toMatchObject({
      status: 400,
      code: "unsupported_parameter",
      param: "seed",
    });
    expect(asked).toBeNull();
    expect(harness.ledger.ends().at(-1)).toMatchObject({
      type: "ReleaseHold",
      body: { reason: "upstream_not_called" },
    });
  });

  it("meets the provider's refusals in its own form", async () => {
    const error = { type: "invalid_request_error", message: "messages: too few" };
    refusal = { status: 400, body: JSON.stringify({ type: "error", error }) };
    const refused = harness.client.chat.completions.create({ model: "messages", messages });
    await expect(refused).rejects.toBeInstanceOf(OpenAI.BadRequestError);
    await expect(harness.client.chat.completions.create({ model: "messages", messages }))
      .rejects.toMatchObject({ error: { message: error.message, type: "invalid_request_error" } });
    refusal = null;
  });
});

describe("Anthropic's client", () => {
  const client = () =>
    new Anthropic({ baseURL: harness.url, apiKey: harness.secret, maxRetries: 0 });
  const body = { max_tokens: 4_000, messages };

  it("streams from a model behind chat completions", async () => {
    const stream = longestWithCall("openai.chat.completions", '"tool_calls"');
    recording = stream;
    const settled = await settledBy(async () => {
      const message = await client().messages.stream({ model: "chat", ...body }).finalMessage();
      const truth = saidByChat(eventsIn(stream));
      const texts = message.content.flatMap((block) => block.type === "text" ? [block.text] : []);
      expect(texts.join("")).toBe(truth.text);
      expect(message.content.flatMap((block) => block.type === "tool_use" ? [block.name] : []))
        .toEqual(truth.calls.map(({ name }) => name));
      expect(message.usage.output_tokens).toBe(stream.expected_usage?.inclusive.output_total);
    });
    expect(settled).toMatchObject({ usage: nativeUsage("openai.chat.completions", stream) });
    expect(asked?.body).toMatchObject({ stream: true, stream_options: { include_usage: true } });
  });

  it("has the limit of the call sent on, and what was left out named", async () => {
    const [whole] = readRecordings({ api: "openai.chat.completions", streaming: false })
      .filter(({ response, provider }) => response.status === 200 && provider === "openai");
    recording = whole ?? null;
    const marked = {
      type: "text" as const,
      text: "Hi",
      cache_control: { type: "ephemeral" as const },
    };
    const { response } = await client().messages.create({
      model: "chat",
      max_tokens: 4_000,
      messages: [{ role: "user", content: [marked] }],
    }).withResponse();
    expect(response.headers.get("x-sargalay-left-out")).toBe("cache_control");
    expect(asked?.body).toMatchObject({ model: "chat-upstream", max_tokens: 4_000 });
  });

  it("is told by name what cannot be said there", async () => {
    const refused = client().messages.create({ model: "chat", ...body, top_k: 4 } as never);
    await expect(refused).rejects.toBeInstanceOf(Anthropic.BadRequestError);
    await expect(client().messages.create({ model: "chat", ...body, top_k: 4 } as never))
      .rejects.toMatchObject({
        error: { type: "error", error: { type: "invalid_request_error" } },
      });
  });
});
