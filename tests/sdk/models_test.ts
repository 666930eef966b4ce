import Anthropic from "@anthropic-ai/sdk";
import { GoogleGenAI, type GoogleGenAIOptions } from "@google/genai";
import OpenAI from "openai";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { composeProxy } from "../../proxy/compose.ts";
import { readProxyConfig } from "../../proxy/config.ts";
import { createEffects, platformOf } from "../../shared/effects.ts";
import { type Harness, startHarness } from "../proxy/harness.ts";

const effects = createEffects(platformOf(globalThis));
/** More than one page of any API, and names with a slash; sorted, as they are listed. */
const MODELS = Array.from({ length: 60 }, (_, n) => `maker/model-${n + 10}`);

let harness: Harness;
let anthropic: Anthropic;
let google: GoogleGenAI;

beforeAll(async () => {
  harness = await startHarness({
    config: readProxyConfig({
      SARGALAY_UPSTREAMS: JSON.stringify([{
        name: "openai",
        profile: "openai",
        baseUrl: "http://127.0.0.1:9/v1",
        apiKey: "provider-secret",
        models: MODELS,
      }]),
    }),
    models: MODELS,
    maxOutputTokens: 8_192,
    effects,
    fetch,
    compose: composeProxy,
  });
  anthropic = new Anthropic({ apiKey: harness.secret, baseURL: harness.url, maxRetries: 0 });
  google = googleAt(harness.url);
});

afterAll(() => harness.stop());

function googleAt(baseUrl: string, more: GoogleGenAIOptions = {}): GoogleGenAI {
  const httpOptions = { baseUrl, retryOptions: { attempts: 1 } };
  return new GoogleGenAI({ apiKey: harness.secret, ...more, httpOptions });
}

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}

describe("OpenAI's own client", () => {
  it.each(["/v1", "/v1/openai", "/v1/openai/v1"])("lists the models at %s", async (path) => {
    const client = new OpenAI({ apiKey: harness.secret, baseURL: harness.url + path });
    const models = await all(client.models.list());
    expect(models.map(({ id }) => id)).toEqual(MODELS);
    expect(await client.models.retrieve(MODELS[3]!)).toMatchObject({ id: MODELS[3] });
  });

  it("raises its own errors", async () => {
    await expect(harness.client.models.retrieve("nobody/nothing"))
      .rejects.toBeInstanceOf(OpenAI.NotFoundError);
    const stranger = harness.client.withOptions({ apiKey: "sk-sgl-wrong" });
    await expect(all(stranger.models.list())).rejects.toBeInstanceOf(OpenAI.AuthenticationError);
  });
});

describe("Anthropic's own client", () => {
  it.each(["", "/v1/anthropic"])("lists the models at %s/v1/models, page by page", async (path) => {
    const client = anthropic.withOptions({ baseURL: harness.url + path });
    const first = await client.models.list();
    expect(first).toMatchObject({ has_more: true, first_id: MODELS[0], last_id: MODELS[19] });
    expect(first.data).toHaveLength(20);
    const models = await all(client.models.list({ limit: 7 }));
    expect(models.map(({ id }) => id)).toEqual(MODELS);
    expect(models[0]).toMatchObject({
      type: "model",
      display_name: MODELS[0],
      max_tokens: 8_192,
      lifecycle: "active",
      capabilities: null,
    });
    expect(new Date(models[0]!.created_at).getTime()).toBeGreaterThanOrEqual(0);
  });

  it("goes backwards from a model", async () => {
    const page = await anthropic.models.list({ before_id: MODELS[10]!, limit: 4 });
    expect(page.data.map(({ id }) => id)).toEqual(MODELS.slice(6, 10));
    expect(page.has_more).toBe(true);
    const before = await anthropic.models.list({ before_id: MODELS[2]! });
    expect(before.data.map(({ id }) => id)).toEqual(MODELS.slice(0, 2));
    expect(before.has_more).toBe(false);
  });

  it("reads one model", async () => {
    expect(await anthropic.models.retrieve(MODELS[3]!))
      .toMatchObject({ type: "model", id: MODELS[3], max_tokens: 8_192 });
  });

  it("raises its own errors", async () => {
    await expect(anthropic.models.retrieve("nobody/nothing"))
      .rejects.toMatchObject({ status: 404, type: "not_found_error" });
    await expect(all(anthropic.models.list({ limit: 5_000 })))
      .rejects.toBeInstanceOf(Anthropic.BadRequestError);
    await expect(all(anthropic.withOptions({ apiKey: "sk-sgl-wrong" }).models.list()))
      .rejects.toMatchObject({ status: 401, type: "authentication_error" });
    await expect(anthropic.post("/v1/nothing")).rejects.toMatchObject({ type: "not_found_error" });
    await expect(anthropic.post("/v1/models"))
      .rejects.toMatchObject({ status: 405, type: "invalid_request_error" });
  });
});

describe("Google's own client", () => {
  it.each([
    ["", "v1"],
    ["", "v1beta"],
    ["/v1/gemini", "v1"],
    ["/v1/gemini", "v1beta"],
  ])("lists the models at %s/%s/models, page by page", async (path, apiVersion) => {
    const client = googleAt(harness.url + path, { apiVersion });
    const first = await client.models.list();
    expect(first.page).toHaveLength(50);
    expect(first.hasNextPage()).toBe(true);
    for (const pageSize of [7, 60, 5_000]) {
      const models = await all(await client.models.list({ config: { pageSize } }));
      expect(models.map(({ name }) => name)).toEqual(MODELS.map((name) => `models/${name}`));
      expect(models[0]).toMatchObject({
        displayName: MODELS[0],
        outputTokenLimit: 8_192,
        supportedActions: ["generateContent", "streamGenerateContent"],
      });
    }
  });

  it("reads one model", async () => {
    for (const model of [MODELS[3]!, `models/${MODELS[3]}`]) {
      expect(await google.models.get({ model })).toMatchObject({ name: `models/${MODELS[3]}` });
    }
  });

  it("raises refusals as its own errors", async () => {
    await expect(google.models.get({ model: "nobody/nothing" }))
      .rejects.toMatchObject({ status: 404, message: expect.stringContaining('"NOT_FOUND"') });
    await expect(google.models.list({ config: { pageToken: "what" } }))
      .rejects.toMatchObject({ status: 400, message: expect.stringContaining("pageToken") });
    await expect(googleAt(harness.url, { apiKey: "sk-sgl-wrong" }).models.list())
      .rejects.toMatchObject({ status: 401, message: expect.stringContaining("UNAUTHENTICATED") });
  });
});

describe("a path that nobody has", () => {
  it.each([
    ["/v1/nothing", { error: { code: "not_found" } }],
    ["/v1/anthropic/v1/nothing", { type: "error", error: { type: "not_found_error" } }],
    ["/v1beta/nothing", { error: { code: 404, status: "NOT_FOUND" } }],
    ["/v1/gemini/v1beta/models/one:nothing", { error: { code: 404, status: "NOT_FOUND" } }],
  ])("is refused in the form of its API: %s", async (path, body) => {
    const answer = await harness.call(path);
    expect(answer.status).toBe(404);
    expect(await answer.json()).toMatchObject(body);
  });
});
