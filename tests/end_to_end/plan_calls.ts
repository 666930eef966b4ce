/** What a plan and the settings of a key do to calls, with the official OpenAI client. @module */
import { APIError } from "openai";
import { expect, it } from "vitest";
import { assertBooks, settled } from "./books.ts";
import {
  clientOf,
  type Customer,
  eventually,
  ledgerCall,
  newCustomer,
  type System,
} from "./system.ts";

const NONE = {
  requestsPerMinute: null,
  tokensPerMinute: null,
  requestsPerDay: null,
  tokensPerMonth: null,
  concurrentRequests: null,
};
const call = {
  model: "gpt-4o-mini",
  messages: [{ role: "user" as const, content: "Mingalaba!" }],
  max_tokens: 16,
};

/** A customer with a plan of its own. */
async function planned(system: System, limits: Partial<Record<keyof typeof NONE, number>>) {
  const customer = await newCustomer(system, 1_000);
  const planId = `plan-${customer.accountId}`;
  await ledgerCall(system, "POST", "/v1/plans", {
    planId,
    name: "Test",
    family: "test",
    monthlyPriceNanoUsd: null,
    limits: { ...NONE, ...limits },
  });
  await ledgerCall(system, "PUT", `/v1/accounts/${customer.accountId}/plan`, { planId });
  return customer;
}

async function attempt(system: System, { apiKey }: Customer, proxy = 0) {
  try {
    const answer = clientOf(system, apiKey, { proxy }).chat.completions.create(call);
    return { status: 200, headers: (await answer.asResponse()).headers, code: null };
  } catch (error) {
    if (!(error instanceof APIError)) throw error;
    return { status: error.status, headers: error.headers as Headers, code: error.code };
  }
}

/** Adds the scenarios to the suite of a system. */
export function describePlannedCalls(system: () => System): void {
  it("a plan's requests are served to the last one, whichever proxy they come to", async () => {
    const customer = await planned(system(), { requestsPerDay: 3 });
    const outcomes = await Promise.all(
      Array.from(
        { length: 8 },
        (_, index) => attempt(system(), customer, index % system().proxyUrls.length),
      ),
    );
    const served = outcomes.filter(({ status }) => status === 200);
    const left = served.map(({ headers }) => headers.get("x-ratelimit-remaining-requests"));
    expect(left.sort()).toEqual(["0", "1", "2"]);
    for (const { status, code, headers } of outcomes) {
      expect(headers.get("x-ratelimit-limit-requests")).toBe("3");
      if (status === 200) continue;
      expect([status, code]).toEqual([429, "rate_limited"]);
      expect(parseInt(headers.get("retry-after")!, 10)).toBeGreaterThan(0);
      expect(headers.get("x-ratelimit-remaining-requests")).toBe("0");
    }
    await settled(system(), customer.accountId, 3);
    await assertBooks(system(), customer.accountId);
    const path = `/v1/accounts/${customer.accountId}/limits`;
    const { result } = await ledgerCall<{ result: { plans: unknown[] } }>(system(), "GET", path);
    expect(result.plans).toMatchObject([
      { keyId: null, limits: [{ name: "requestsPerDay", limit: 3, used: 3, remaining: 0 }] },
    ]);
  }, 60_000);

  it("tokens are reserved with the hold and corrected by the settlement", async () => {
    const customer = await planned(system(), { tokensPerMonth: 100_000 });
    const first = await attempt(system(), customer);
    const [row] = await settled(system(), customer.accountId, 1);
    const reserved = 100_000 -
      parseInt(first.headers.get("x-ratelimit-remaining-tokens")!, 10);
    const used = Object.values(row!.usage!).reduce((sum: number, units) => sum + units!, 0);
    expect(reserved).toBeGreaterThanOrEqual(used);
    const second = await attempt(system(), customer);
    expect(second.headers.get("x-ratelimit-remaining-tokens")).toBe(`${100_000 - used - reserved}`);
    await settled(system(), customer.accountId, 2);
  }, 60_000);

  it(
    "a call that is repeated under its idempotency key is answered again and charged once",
    async () => {
      const customer = await newCustomer(system(), 1_000);
      const client = clientOf(system(), customer.apiKey);
      const key = { headers: { "idempotency-key": crypto.randomUUID() } };
      const first = await client.chat.completions.create(call, key);
      await settled(system(), customer.accountId, 1);
      expect(await client.chat.completions.create(call, key)).toEqual(first);
      const other = client.chat.completions.create({ ...call, max_tokens: 17 }, key);
      await expect(other).rejects.toMatchObject({ status: 409, code: "idempotency_conflict" });
      await settled(system(), customer.accountId, 1);
      await assertBooks(system(), customer.accountId);
    },
    60_000,
  );

  it("the settings of a key reach every proxy", async () => {
    const customer = await newCustomer(system(), 1_000);
    const path = `/v1/accounts/${customer.accountId}/keys/${customer.keyId}/settings`;
    const settings = {
      label: "test",
      expiresAtMs: null,
      allowedModels: null,
      ipRanges: ["192.0.2.0/24"],
      routerId: null,
      tags: [],
    };
    await ledgerCall(system(), "PUT", path, settings);
    for (const proxy of system().proxyUrls.keys()) {
      await eventually(async () => {
        const { status } = await attempt(system(), customer, proxy);
        return status === 403 || status;
      }, "the proxy refuses other addresses");
    }
    await ledgerCall(system(), "PUT", path, { ...settings, ipRanges: null });
    for (const proxy of system().proxyUrls.keys()) {
      await eventually(async () => {
        const { status } = await attempt(system(), customer, proxy);
        return status === 200 || status;
      }, "the proxy takes any address again");
    }
  }, 60_000);
}
