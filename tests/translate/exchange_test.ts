import { describe, expect, it } from "vitest";
import { boundCall, boundWays, TOKENS_PER_IMAGE } from "../../proxy/bounds/mod.ts";
import { exchangeWith, type ProviderProfile, serves, waysOf } from "../../proxy/upstream/mod.ts";
import { callOf, smallestCall } from "./translating.ts";

const profile: ProviderProfile = {
  name: "other",
  baseUrl: "https://other.example",
  auth: "x-api-key",
  dialects: {},
  headers: { "x-version": "1" },
  onClientGone: "drain",
  outputLimitParameter: "max_tokens",
  asksForUsage: true,
  source: "this test",
};

const speaking = (dialects: ProviderProfile["dialects"]) => ({
  name: "other",
  profile: { ...profile, dialects },
  baseUrl: profile.baseUrl,
  apiKey: "secret",
  models: null,
  simulated: false,
});

const MESSAGES = { "anthropic.messages": "/v1/messages" };
const CONTENT = { "google.generateContent": "/v1beta/models/{model}:{action}" };
const CHAT = { "openai.chat.completions": "/v1/chat/completions" };

describe("an exchange with a provider of another protocol", () => {
  it.each([
    ["anthropic", MESSAGES, "https://other.example/v1/messages"],
    [
      "google",
      CONTENT,
      "https://other.example/v1beta/models/model%2Fa:streamGenerateContent?alt=sse",
    ],
  ])("goes to its own path, with its own credentials: %s", (_name, dialects, url) => {
    const call = smallestCall("openai.chat.completions", true);
    const exchange = exchangeWith(speaking(dialects), call, {
      upstreamModel: "model/a",
      outputLimit: null,
      modelOutputLimit: 900,
    });
    if ("failure" in exchange) throw new Error(exchange.failure.message);
    expect(exchange.request.url).toBe(url);
    expect(exchange.request.headers).toMatchObject({ "x-api-key": "secret", "x-version": "1" });
    expect(exchange.reader.contentType).toBe("text/event-stream; charset=utf-8");
  });

  it("is native where the provider speaks the client's protocol as well", () => {
    const call = callOf("anthropic.messages", {
      max_tokens: 5,
      messages: [{ role: "user", content: "Hi" }],
      top_k: 7,
    });
    const exchange = exchangeWith(speaking({ ...CHAT, ...MESSAGES }), call, {
      upstreamModel: "m",
      outputLimit: null,
    });
    if ("failure" in exchange) throw new Error(exchange.failure.message);
    expect(exchange.request.url).toBe("https://other.example/v1/messages");
    expect(JSON.parse(String(exchange.request.body))).toMatchObject({ model: "m", top_k: 7 });
  });

  it("is in the protocol in which the provider is asked for the model", () => {
    const vertex = {
      ...speaking({ ...CONTENT, ...MESSAGES }),
      profile: {
        ...profile,
        dialects: { ...CONTENT, ...MESSAGES },
        dialectModels: { "google.generateContent": ["gemini"], "anthropic.messages": ["claude"] },
      },
    };
    const pathOf = (call: ReturnType<typeof smallestCall>, upstreamModel: string) => {
      const exchange = exchangeWith(vertex, call, { upstreamModel, outputLimit: null });
      if ("failure" in exchange) throw new Error(exchange.failure.message);
      return new URL(exchange.request.url).pathname;
    };
    for (const client of ["openai.chat.completions", "anthropic.messages"] as const) {
      const call = smallestCall(client, false);
      expect(pathOf(call, "claude-opus-4-1")).toBe("/v1/messages");
      expect(pathOf(call, "gemini-3-pro")).toBe("/v1beta/models/gemini-3-pro:generateContent");
    }
  });

  it("says the limit that was held for, and the model's own where nobody named one", () => {
    const call = smallestCall("openai.chat.completions", false);
    const limitSent = (outputLimit: number | null, modelOutputLimit?: number) => {
      const exchange = exchangeWith(speaking(MESSAGES), call, {
        upstreamModel: "m",
        outputLimit,
        ...(modelOutputLimit === undefined ? {} : { modelOutputLimit }),
      });
      if ("failure" in exchange) throw new Error(exchange.failure.message);
      return JSON.parse(String(exchange.request.body)).max_tokens;
    };
    expect(limitSent(100, 900)).toBe(100);
    expect(limitSent(null, 900)).toBe(900);
    expect(limitSent(null)).toBe(4_096);
  });

  it("is refused by name, or for want of any way", () => {
    const chat = callOf("openai.chat.completions", {
      messages: [{ role: "user", content: "Hi" }],
      seed: 1,
    });
    const options = { upstreamModel: "m", outputLimit: null };
    expect(exchangeWith(speaking(MESSAGES), chat, options)).toMatchObject({
      failure: { code: "unsupported_parameter", param: "seed" },
    });
    const embeddings = { "openai.embeddings": "/v1/embeddings" };
    expect(exchangeWith(speaking(embeddings), chat, options)).toMatchObject({
      failure: { code: "model_not_found", param: "model" },
    });
    expect(serves({ ...profile, dialects: embeddings }, "openai.chat.completions")).toBe(false);
    expect(serves({ ...profile, dialects: MESSAGES }, "openai.chat.completions")).toBe(true);
    expect(serves({ ...profile, dialects: MESSAGES }, "openai.embeddings")).toBe(false);
  });
});

describe("the bound of a call that is translated", () => {
  const model = { contextWindowTokens: 1_000_000, maxOutputTokens: 8_192 };
  const seen = callOf("google.generateContent", {
    contents: [{
      role: "user",
      parts: [{ text: "Hi" }, { inlineData: { mimeType: "image/png", data: "iVBORw0KGgo=" } }],
    }],
    generationConfig: { maxOutputTokens: 100 },
  });
  const profileOf = (dialects: ProviderProfile["dialects"]) => ({ ...profile, dialects });
  const ways = (call: typeof seen, ...profiles: readonly ProviderProfile[]) =>
    waysOf(call, profiles.map((each) => ({ target: { profile: each }, upstreamModel: "m" })));

  it("is that of the protocol in which it is sent", () => {
    const sent = ways(seen, profileOf(CHAT));
    expect(sent.map(({ dialect }) => dialect)).toEqual(["openai.chat.completions"]);
    const bounds = boundWays(seen, sent, model, [profileOf(CHAT)]);
    expect(boundCall(seen, model).inputTokensBound).toBeLessThan(TOKENS_PER_IMAGE);
    expect(bounds.inputTokensBound).toBeGreaterThanOrEqual(TOKENS_PER_IMAGE);
    expect(bounds.outputTokensRequested).toBe(100);
  });

  it("is the widest of several, and its own where nobody translates", () => {
    const all = [profileOf(CONTENT), profileOf(CHAT), profileOf(MESSAGES)];
    const sent = ways(seen, ...all);
    expect(sent.map(({ dialect }) => dialect)).toEqual([
      "google.generateContent",
      "openai.chat.completions",
      "anthropic.messages",
    ]);
    const most = Math.max(...sent.map((way) => boundCall(way, model, all).inputTokensBound));
    expect(boundWays(seen, sent, model, all).inputTokensBound).toBe(most);
    expect(ways(seen, profileOf(CONTENT))).toEqual([seen]);
    // Who cannot be told something of the call is not asked, and widens nothing.
    const unsaid = callOf("google.generateContent", {
      contents: [{ parts: [{ text: "Hi" }] }],
      generationConfig: { topK: 3 },
    });
    expect(ways(unsaid, profileOf(CHAT))).toEqual([unsaid]);
  });
});
