import Anthropic from "@anthropic-ai/sdk";
import { ApiError } from "@google/genai";
import OpenAI from "openai";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { composeProxy } from "../../proxy/compose.ts";
import { readProxyConfig } from "../../proxy/config.ts";
import { createEffects, platformOf } from "../../shared/effects.ts";
import { type Harness, startHarness } from "../proxy/harness.ts";
import { type ClientName, CLIENTS, type Ending, endingOf } from "./official_clients.ts";
import { type Given, type SpeakingUpstream, startSpeakingUpstream } from "./speaking_upstream.ts";
import { BEGUN, brokenStream, refusalBody } from "./provider_failures.ts";

const NAMES = Object.keys(CLIENTS) as ClientName[];
const PROFILES = {
  openai: "openai",
  responses: "openai",
  anthropic: "anthropic",
  google: "google",
};
const PATHS = { openai: "/v1", anthropic: "/v1", google: "" };
const IDLE_MS = 500;
/** What a client asks for at most by itself: the first request and two more. */
const STANDARD_REQUESTS = 3;

let upstream: SpeakingUpstream;
let harness: Harness;

beforeAll(() => {
  upstream = startSpeakingUpstream();
});
afterAll(() => upstream.stop());

// A proxy for each test: the health of its providers is remembered.
beforeEach(async () => {
  harness = await startHarness({
    config: readProxyConfig({
      SARGALAY_UPSTREAMS: JSON.stringify(
        Object.entries(PATHS).map(([profile, path]) => ({
          name: profile,
          profile,
          baseUrl: upstream.url + path,
          apiKey: "provider-secret",
          models: [`${profile}-model`],
        })),
      ),
      SARGALAY_PROXY_FIRST_BYTE_MS: `${IDLE_MS}`,
      SARGALAY_PROXY_IDLE_MS: `${IDLE_MS}`,
    }),
    models: Object.keys(PATHS).map((profile) => `${profile}-model`),
    maxOutputTokens: 1_000,
    effects: createEffects(platformOf(globalThis)),
    fetch,
    compose: composeProxy,
  });
});

/** Calls while the upstream answers every request with `given`, and waits for the ledger's word. */
async function failing(
  name: ClientName,
  given: Given,
  how: { streaming: boolean; maxRetries?: number },
): Promise<{ ending: Ending; last: unknown; ends: number }> {
  try {
    upstream.say(...Array.from({ length: 20 }, () => given));
    const { url, secret: apiKey, ledger } = harness;
    const ending = await endingOf(name, { url, apiKey, model: `${PROFILES[name]}-model`, ...how });
    const ends = await ledger.ended(upstream.asked.length);
    return { ending, last: ends.at(-1), ends: ends.length };
  } finally {
    await harness.stop();
  }
}

/** What each client throws by status, and in mid-stream. */
const OPENAI = {
  429: OpenAI.RateLimitError,
  502: OpenAI.InternalServerError,
  stream: OpenAI.APIError,
};
const ANTHROPIC = {
  429: Anthropic.RateLimitError,
  502: Anthropic.InternalServerError,
  stream: Anthropic.APIError,
};
const GOOGLE = { 429: ApiError, 502: ApiError, stream: ApiError };
const CLASSES = { openai: OPENAI, responses: OPENAI, anthropic: ANTHROPIC, google: GOOGLE };

describe.each(NAMES)("a provider's failure, for the client of %s,", (name) => {
  describe.each([[false], [true]])("streaming: %s,", (streaming) => {
    it.each<[number, 429 | 502]>([[429, 429], [500, 502]])(
      "by %d is the class of %d and charged to nobody",
      async (status, seen) => {
        const given = { status, body: refusalBody(name, status), headers: { "retry-after": "1" } };
        const { ending, last } = await failing(name, given, { streaming, maxRetries: 0 });
        expect(ending.error).toBeInstanceOf(CLASSES[name][seen]);
        expect(ending).toMatchObject({ text: "", requests: 1, error: { status: seen } });
        expect(last).toMatchObject({ type: "ReleaseHold" });
      },
    );

    it("by silence before the first byte is a timeout, charged to nobody", async () => {
      const given = { body: () => new ReadableStream<Uint8Array>() };
      const { ending, last } = await failing(name, given, { streaming, maxRetries: 0 });
      expect(ending.error).toBeInstanceOf(CLASSES[name][502]);
      expect(ending).toMatchObject({ text: "", error: { status: 504 } });
      expect(last).toMatchObject({ type: "ReleaseHold" });
    });
  });

  it.each([["error"], ["stall"], ["end"]] as const)(
    "in mid-stream by its %s is raised after what came, and no more than that is charged",
    async (how) => {
      const { ending, last } = await failing(name, brokenStream(name, how), { streaming: true });
      expect(ending.text).toBe(BEGUN);
      expect(ending.error).toBeInstanceOf(CLASSES[name].stream);
      expect(ending.requests).toBe(1);
      expect(last).toMatchObject({ type: "SettleHold", body: { evidence: "observed" } });
    },
  );

  it.each([[429], [500]])(
    "by %d ends the client's own attempts soon, each of them released",
    async (status) => {
      const given = { status, body: refusalBody(name, status), headers: { "retry-after": "1" } };
      const { ending, ends } = await failing(name, given, { streaming: false });
      expect(ending.error).not.toBeNull();
      expect(ending.requests).toBe(name === "google" ? 1 : STANDARD_REQUESTS);
      expect(ends).toBe(upstream.asked.length);
    },
  );
});
