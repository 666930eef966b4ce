import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../shared/json.ts";
import { failure } from "../../shared/errors.ts";
import { arrive, findApi } from "../api/mod.ts";
import { type CallRequest, dialectOf, type ParsedCall } from "../dialects/mod.ts";
import { exchangeWith, profileOf } from "./mod.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

async function parse(
  path: string,
  body: JsonObject | FormData,
  headers: Record<string, string> = {},
): Promise<ParsedCall> {
  const request = new Request(`http://product.invalid${path}`, {
    method: "POST",
    headers: body instanceof FormData
      ? headers
      : { ...headers, "content-type": "application/json" },
    body: body instanceof FormData ? body : JSON.stringify(body),
  });
  const route = findApi(new URL(request.url).pathname);
  if (route === null) throw new Error(`no route for ${path}`);
  const bytes = new Uint8Array(await request.clone().arrayBuffer());
  return dialectOf(route.dialect).parse(await arrive(request, route, bytes));
}

async function understood(...asked: Parameters<typeof parse>): Promise<CallRequest> {
  const parsed = await parse(...asked);
  if ("failure" in parsed) throw new Error(parsed.failure.message);
  return parsed.request;
}

interface Sent {
  readonly url: string;
  readonly headers: Record<string, string>;
  readonly body: Record<string, unknown>;
  readonly form: FormData | null;
}

function sent(provider: string, call: CallRequest, outputLimit: number | null = null): Sent {
  const profile = profileOf(provider);
  if (profile === undefined) throw new Error(`no provider ${provider}`);
  const target = {
    name: provider,
    profile,
    baseUrl: profile.baseUrl,
    apiKey: "secret",
    models: null,
    simulated: false,
  };
  const exchange = exchangeWith(target, call, { upstreamModel: "up/model", outputLimit });
  if ("failure" in exchange) throw new Error(exchange.failure.message);
  const { url, headers, body } = exchange.request;
  return typeof body === "string"
    ? { url, headers, body: JSON.parse(body), form: null }
    : { url, headers, body: {}, form: body };
}

const MESSAGES = { model: "claude", max_tokens: 5_000, messages: [{ role: "user", content: "?" }] };
const CONTENTS = { contents: [{ parts: [{ text: "?" }] }] };

describe("a native call goes", () => {
  const gemini = "/v1beta/models/gemini-2.5-flash";
  it.each([
    ["anthropic", "/v1/messages", MESSAGES, "https://api.anthropic.com/v1/messages", "x-api-key"],
    [
      "anthropic",
      "/v1/messages/count_tokens",
      MESSAGES,
      "https://api.anthropic.com/v1/messages/count_tokens",
      "x-api-key",
    ],
    [
      "google",
      `${gemini}:streamGenerateContent?alt=sse&key=mine`,
      CONTENTS,
      "https://generativelanguage.googleapis.com/v1beta/models/up%2Fmodel:streamGenerateContent?alt=sse",
      "x-goog-api-key",
    ],
    [
      "google",
      `${gemini}:batchEmbedContents`,
      { requests: [] },
      "https://generativelanguage.googleapis.com/v1beta/models/up%2Fmodel:batchEmbedContents",
      "x-goog-api-key",
    ],
    [
      "cohere",
      "/v1/cohere/v1/chat",
      { model: "m", message: "?" },
      "https://api.cohere.com/v1/chat",
      "authorization",
    ],
    [
      "voyage",
      "/v1/rerank",
      { model: "m", query: "?", documents: [] },
      "https://api.voyageai.com/v1/rerank",
      "authorization",
    ],
    [
      "bedrock",
      "/v1/bedrock/model/amazon.nova-lite-v1%3A0/converse-stream",
      { messages: [] },
      "https://bedrock-runtime.us-east-1.amazonaws.com/model/up%2Fmodel/converse-stream",
      "authorization",
    ],
    [
      "elevenlabs",
      "/v1/text-to-speech/voice1/stream?output_format=pcm_16000",
      { text: "?" },
      "https://api.elevenlabs.io/v1/text-to-speech/voice1/stream?output_format=pcm_16000",
      "xi-api-key",
    ],
  ])("to %s: %s", async (provider, path, body, url, auth) => {
    const { url: to, headers } = sent(provider, await understood(path, body));
    expect(to).toBe(url);
    expect(headers[auth]).toContain("secret");
  });

  it("to ElevenLabs as a form with the upstream's model", async () => {
    const form = new FormData();
    form.append("model_id", "scribe_v1");
    form.append("file", new Blob([new Uint8Array(75_000)]), "speech.mp3");
    const call = await understood("/v1/speech-to-text", form);
    expect(call.unitsBound).toEqual({ seconds: 100 });
    expect(sent("elevenlabs", call).form?.get("model_id")).toBe("up/model");
  });
});

describe("a message to Anthropic", () => {
  it("carries its version and betas, and the upstream's model", async () => {
    const call = await understood("/v1/messages", MESSAGES, { "anthropic-beta": "a,b" });
    const { headers, body } = sent("anthropic", call);
    expect(headers).toMatchObject({ "anthropic-version": "2023-06-01", "anthropic-beta": "a,b" });
    expect(body).toEqual({ ...MESSAGES, model: "up/model" });
  });

  it("goes to Vertex with its version in the body and its model in the path", async () => {
    const { url, body } = sent("google-vertex", await understood("/v1/messages", MESSAGES));
    expect(url).toMatch(/publishers\/anthropic\/models\/up%2Fmodel:rawPredict$/);
    expect(body.model).toBeUndefined();
    expect(body.anthropic_version).toBe("vertex-2023-10-16");
  });

  it("that came on a path of Vertex's goes to Anthropic in the form of its own", async () => {
    const { model: _inPath, ...body } = MESSAGES;
    const path = "/v1/projects/p/locations/l/publishers/anthropic/models/claude:streamRawPredict";
    const call = await understood(path, { ...body, anthropic_version: "vertex-2023-10-16" });
    expect(call).toMatchObject({ model: "claude", streaming: true });
    expect(sent("anthropic", call).body).toEqual({ ...body, model: "up/model", stream: true });
  });

  it.each([
    [null, 5_000, { type: "enabled", budget_tokens: 4_000 }],
    [4_500, 4_500, { type: "enabled", budget_tokens: 4_000 }],
    [2_000, 2_000, { type: "enabled", budget_tokens: 1_024 }],
    [500, 500, { type: "disabled" }],
  ])("with the limit %j has its thinking below it", async (limit, max_tokens, thinking) => {
    const asked = { ...MESSAGES, thinking: { type: "enabled", budget_tokens: 4_000 } };
    const { body } = sent("anthropic", await understood("/v1/messages", asked), limit);
    expect(body).toMatchObject({ max_tokens, thinking });
  });

  it("searches no more than the hold was placed for", async () => {
    const search = { type: "web_search_20250305", name: "web_search" };
    const open = await understood("/v1/messages", { ...MESSAGES, tools: [search] });
    expect(open.unitsBound).toEqual({ searches: 20 });
    expect(sent("anthropic", open).body.tools).toEqual([{ ...search, max_uses: 20 }]);
    const tools = [{ ...search, max_uses: 2 }];
    const bounded = await understood("/v1/messages", { ...MESSAGES, tools });
    expect(bounded.unitsBound).toEqual({ searches: 2 });
    expect(bounded.media).toMatchObject({ unbounded: true, readings: 3 });
    expect(sent("anthropic", bounded).body.tools).toEqual(tools);
  });
});

describe("what nobody priced", () => {
  const gemini = "/v1beta/models/gemini-2.5-flash:generateContent";
  const bedrock = "/v1/bedrock/model/m/converse";
  it.each<[string, JsonObject, string]>([
    ["/v1/messages", { ...MESSAGES, service_tier: "priority" }, "service_tier"],
    ["/v1/messages", { ...MESSAGES, speed: "fast" }, "speed"],
    ["/v1/messages", { ...MESSAGES, inference_geo: "us" }, "inference_geo"],
    ["/v1/messages", { ...MESSAGES, tools: [{ type: "advisor_20260301" }] }, "tools[0].type"],
    [gemini, { ...CONTENTS, serviceTier: "priority" }, "serviceTier"],
    [gemini, { ...CONTENTS, tools: [{ googleMaps: {} }] }, "tools.googleMaps"],
    ["/v1beta/interactions", { model: "m", input: "?", background: true }, "background"],
    ["/v1beta/interactions", { agent: "deep-research", input: "?" }, "agent"],
    [bedrock, { messages: [], serviceTier: { type: "priority" } }, "serviceTier"],
    [bedrock, { messages: [], performanceConfig: { latency: "optimized" } }, "performanceConfig"],
  ])("%s %j is refused by name", async (path, body, param) => {
    const parsed = await parse(path, body);
    expect("failure" in parsed ? [parsed.failure.code, parsed.failure.param] : null)
      .toEqual(["unsupported_parameter", param]);
  });
});

describe("an error looks as the called API's own", () => {
  const refused = failure("insufficient_quota", "The balance is used up.");
  it.each(
    [
      ["anthropic.messages", {
        type: "error",
        error: { type: "billing_error", message: refused.message },
        request_id: "r1",
      }],
      ["google.generateContent", {
        error: { code: 402, message: refused.message, status: "FAILED_PRECONDITION" },
      }],
      ["cohere.chat", { id: "r1", message: refused.message }],
      ["ollama.chat", { error: refused.message }],
      ["bedrock.converse", { __type: "ServiceQuotaExceededException", message: refused.message }],
      ["elevenlabs.speech", { detail: { status: "insufficient_quota", message: refused.message } }],
    ] as const,
  )("%s", (name, body) => {
    expect(dialectOf(name).errors.body(refused, "r1")).toMatchObject(body);
  });

  it.each([
    ["/v1/messages", { ...MESSAGES, stream: true }, /^event: error\ndata: \{"type":"error"/],
    [
      "/v1beta/models/m:streamGenerateContent?alt=sse",
      CONTENTS,
      /^data: \{"error":\{"code":402/,
    ],
    ["/v1beta/models/m:streamGenerateContent", CONTENTS, /^,\r\n\{"error":.*\}\]$/],
    ["/v1/cohere/v1/chat", { model: "m", message: "?", stream: true }, /^\{"is_finished":true/],
    ["/v1/cohere/v2/chat", { model: "m", messages: [], stream: true }, /^event: message-end\n/],
    ["/v1/ollama/api/chat", { model: "m", messages: [] }, /^\{"error":/],
    ["/v1/bedrock/model/m/converse-stream", { messages: [] }, /modelStreamErrorException/],
  ])("and in mid-stream on %s", async (path, body, expected) => {
    const call = await understood(path, body);
    expect(call.streaming).toBe(true);
    const dialect = dialectOf(call.dialect);
    const event = dialect.reader(call).errorEvent?.(refused) ?? dialect.errors.event(refused);
    expect(decoder.decode(event)).toMatch(expected);
  });
});

describe("an error that a provider sends in mid-stream", () => {
  it.each([
    [
      "/v1/messages",
      { ...MESSAGES, stream: true },
      'event: error\ndata: {"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}\n\n',
      "overloaded",
    ],
    [
      "/v1beta/models/m:streamGenerateContent?alt=sse",
      CONTENTS,
      'data: {"error":{"code":503,"message":"busy","status":"UNAVAILABLE"}}\r\n\r\n',
      "overloaded",
    ],
    [
      "/v1/ollama/api/chat",
      { model: "m", messages: [] },
      '{"error":"model requires more memory"}\n',
      "server_error",
    ],
  ])("is classified on %s", async (path, body, bytes, expected) => {
    const call = await understood(path, body);
    const reader = dialectOf(call.dialect).reader(call);
    const type = bytes.startsWith("{") ? "application/x-ndjson" : "text/event-stream";
    const head = { status: 200, headers: new Headers({ "content-type": type }) };
    const [, outputs] = reader.streamStep(reader.streamStart(head), encoder.encode(bytes));
    expect(outputs).toMatchObject([{ kind: "failure", failure: { errorClass: expected } }]);
  });
});
