import Anthropic from "@anthropic-ai/sdk";
import { GoogleGenAI } from "@google/genai";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { assertBooks, settled } from "../end_to_end/books.ts";
import { balanceOf, type Customer, newCustomer } from "../end_to_end/system.ts";
import { type PayingSystem, startPayingSystem } from "./paying_system.ts";

let system: PayingSystem;

beforeAll(async () => {
  system = await startPayingSystem();
});

afterAll(() => system.stop());

const model = "anthropic/claude-haiku-4-5";
const messages = [{ role: "user" as const, content: "Mingalaba!" }];

/** The id of a count of tokens, made with the official client of an API. */
type Count = (customer: Customer, of: PayingSystem) => Promise<string>;

const byAnthropic: Count = async ({ apiKey }, { proxyUrl, upstream }) => {
  upstream.say({ body: '{"input_tokens":14}' });
  const client = new Anthropic({ apiKey, baseURL: proxyUrl, maxRetries: 0 });
  const { data, response } = await client.messages.countTokens({ model, messages }).withResponse();
  expect(data.input_tokens).toBe(14);
  return response.headers.get("x-request-id")!;
};

const byGoogle: Count = async ({ apiKey }, { proxyUrl, upstream }) => {
  upstream.say({ body: '{"totalTokens":14}' });
  const client = new GoogleGenAI({
    apiKey,
    httpOptions: { baseUrl: proxyUrl, retryOptions: { attempts: 1 } },
  });
  const counted = await client.models.countTokens({
    model: "google/gemini-2.5-flash",
    contents: "Mingalaba!",
  });
  expect(counted.totalTokens).toBe(14);
  return counted.sdkHttpResponse!.headers!["x-request-id"]!;
};

async function receiptOf({ apiKey }: Customer, id: string): Promise<unknown> {
  const headers = { authorization: `Bearer ${apiKey}` };
  return await (await fetch(`${system.proxyUrl}/v1/receipts/${id}`, { headers })).json();
}

describe("a count of tokens", () => {
  it.each<[string, Count]>([["Anthropic's", byAnthropic], ["Google's", byGoogle]])(
    "by %s client is metered, costs nothing, and needs no credit",
    async (_name, count) => {
      const poor = await newCustomer(system, 0);
      const id = await count(poor, system);
      await settled(system, poor.accountId, 1);
      expect(await receiptOf(poor, id)).toMatchObject({
        state: "settled",
        billing: "free",
        hold: "0",
        charged: "0",
        unbilled: "0",
        evidence: "reported",
        usage: { input: 14, requests: 1 },
      });
      expect(await balanceOf(system, poor.accountId)).toMatchObject({
        availableMicroKyat: "0",
        settledMicroKyat: "0",
        openHolds: 0,
      });
      await assertBooks(system, poor.accountId);
    },
  );

  it("buys nothing else: a message needs credit all the same", async () => {
    const { apiKey } = await newCustomer(system, 0);
    const client = new Anthropic({ apiKey, baseURL: system.proxyUrl, maxRetries: 0 });
    await expect(client.messages.create({ model, messages, max_tokens: 50 }))
      .rejects.toMatchObject({ status: 402, type: "billing_error" });
  });
});
