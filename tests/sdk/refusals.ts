/** What the product itself refuses, as each official client sees it. @module */
import Anthropic from "@anthropic-ai/sdk";
import { ApiError } from "@google/genai";
import OpenAI from "openai";
import { beforeAll, describe, expect, it } from "vitest";
import { settled } from "../end_to_end/books.ts";
import { type Customer, eventually, ledgerCall, newCustomer } from "../end_to_end/system.ts";
import { type ClientName, CLIENTS, endingOf } from "./official_clients.ts";
import type { PayingSystem } from "./paying_system.ts";
import { wholeAnswer } from "./provider_words.ts";

const MODELS: Record<ClientName, string> = {
  openai: "gpt-4o-mini",
  responses: "gpt-4o-mini",
  anthropic: "claude-haiku-4-5",
  google: "gemini-2.5-flash",
};

const OPENAI = {
  401: OpenAI.AuthenticationError,
  402: OpenAI.APIError,
  403: OpenAI.PermissionDeniedError,
  404: OpenAI.NotFoundError,
  429: OpenAI.RateLimitError,
};
const ANTHROPIC = {
  401: Anthropic.AuthenticationError,
  402: Anthropic.PaymentRequiredError,
  403: Anthropic.PermissionDeniedError,
  404: Anthropic.NotFoundError,
  429: Anthropic.RateLimitError,
};
const GOOGLE = { 401: ApiError, 402: ApiError, 403: ApiError, 404: ApiError, 429: ApiError };
const CLASSES = { openai: OPENAI, responses: OPENAI, anthropic: ANTHROPIC, google: GOOGLE };

/** A month that one call nearly uses up: it leaves less than any other asks for. */
const MONTH = { tokensPerMonth: 10_000, used: { prompt_tokens: 9_900, completion_tokens: 90 } };
const NO_LIMITS = {
  requestsPerMinute: null,
  tokensPerMinute: null,
  requestsPerDay: null,
  tokensPerMonth: null,
  concurrentRequests: null,
};

interface Keys {
  readonly rich: Customer;
  readonly poor: Customer;
  readonly restricted: Customer;
  readonly elsewhere: Customer;
  readonly limited: Customer;
}

/** Adds the scenarios to the suite of a system. */
export function describeRefusals(system: () => PayingSystem): void {
  describe("what the product refuses", () => {
    let keys: Keys;
    beforeAll(async () => keys = await prepared(system()), 120_000);

    for (const name of Object.keys(CLIENTS) as ClientName[]) {
      it.each<[string, keyof Keys | null, 401 | 402 | 403 | 404 | 429, string, string?]>([
        ["an unknown key", null, 401, "not known"],
        ["an empty wallet", "poor", 402, "Top up"],
        ["a model that the key may not call", "restricted", 403, "may not call"],
        ["a key from elsewhere", "elsewhere", 403, "may not be used from"],
        ["a model that nobody sells", "rich", 404, "not for sale", "no-such-model"],
        ["a month that is used up", "limited", 429, "tokens a month"],
      ])(
        `%s, for the client of ${name}, which asks once`,
        async (_, key, status, words, model = MODELS[name]) => {
          for (const streaming of [false, true]) {
            const ending = await endingOf(name, {
              url: system().proxyUrl,
              apiKey: key === null ? `sk-sgl-${"0".repeat(43)}` : keys[key].apiKey,
              model,
              streaming,
            });
            expect(ending.error).toBeInstanceOf(CLASSES[name][status]);
            expect(ending).toMatchObject({ text: "", requests: 1, error: { status } });
            expect(ending.error?.message).toContain(words);
            expect(ending.headers.get("x-should-retry")).toBe("false");
          }
        },
      );
    }

    it("costs nothing", async () => {
      for (const { accountId } of [keys.rich, keys.poor, keys.restricted, keys.elsewhere]) {
        expect(await settled(system(), accountId, 0)).toEqual([]);
      }
      await settled(system(), keys.limited.accountId, 1);
    });
  });
}

async function prepared(system: PayingSystem): Promise<Keys> {
  const keys = {
    rich: await newCustomer(system, 1_000),
    poor: await newCustomer(system, 0),
    restricted: await newCustomer(system, 1_000),
    elsewhere: await newCustomer(system, 1_000),
    limited: await newCustomer(system, 1_000),
  };
  await configured(system, keys.restricted, { allowedModels: ["nobody/*"] }, 403);
  await configured(system, keys.elsewhere, { ipRanges: ["192.0.2.0/24"] }, 403);
  const { accountId, apiKey } = keys.limited;
  const planId = `plan-${accountId}`;
  await ledgerCall(system, "POST", "/v1/plans", {
    planId,
    name: "A small month",
    family: "test",
    monthlyPriceNanoUsd: null,
    limits: { ...NO_LIMITS, tokensPerMonth: MONTH.tokensPerMonth },
  });
  await ledgerCall(system, "PUT", `/v1/accounts/${accountId}/plan`, { planId });
  const answer = { ...JSON.parse(wholeAnswer("chat", "Mingalaba!")), usage: MONTH.used };
  system.upstream.say({ body: JSON.stringify(answer) });
  const [url, model] = [system.proxyUrl, MODELS.openai];
  const { error } = await endingOf("openai", { url, apiKey, model, streaming: false });
  expect(error).toBeNull();
  await settled(system, accountId, 1);
  return keys;
}

/** Changes a key's settings and waits until the proxy has them: until its list answers as `told`. */
async function configured(
  system: PayingSystem,
  { accountId, apiKey, keyId }: Customer,
  change: Record<string, unknown>,
  told: number,
): Promise<void> {
  await ledgerCall(system, "PUT", `/v1/accounts/${accountId}/keys/${keyId}/settings`, {
    label: "test",
    expiresAtMs: null,
    allowedModels: null,
    ipRanges: null,
    routerId: null,
    tags: [],
    ...change,
  });
  await eventually(async () => {
    const response = await fetch(`${system.proxyUrl}/v1/models/gpt-4o-mini`, {
      headers: { authorization: `Bearer ${apiKey}` },
    });
    await response.body?.cancel();
    return response.status === told || response.status;
  }, "the proxy has the key's settings");
}
