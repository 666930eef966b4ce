/**
 * What a paying developer may rely on, with the official OpenAI client, whatever shape the product
 * runs in. After each scenario the hold is closed and the books balance to the last microkyat.
 *
 * @module
 */
import { APIError } from "openai";
import { formatDecimal } from "../../shared/money/mod.ts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { assertBooks, settled } from "./books.ts";
import { describePlannedCalls } from "./plan_calls.ts";
import {
  balanceOf,
  clientOf,
  type Customer,
  eventually,
  ledgerCall,
  newCustomer,
  type System,
} from "./system.ts";

const START_DEADLINE_MS = 180_000;

/** Settings of the proxies under which the suite's waits for silent upstreams end soon. */
export const SHORT_LIMITS = {
  SARGALAY_PROXY_FIRST_BYTE_MS: "5000",
  SARGALAY_PROXY_IDLE_MS: "5000",
} as const;
const messages = [{ role: "user" as const, content: "Mingalaba! Please count to ten." }];

/** Runs the suite against the system that `start` brings up. */
export function describePaidCalls(name: string, start: () => Promise<System>): void {
  describe(`paid calls, ${name}`, () => {
    let system: System;
    beforeAll(async () => {
      system = await start();
    }, START_DEADLINE_MS);
    afterAll(async () => {
      await system?.stop();
    }, 60_000);

    describeOrdinaryCalls(() => system);
    describeRefusals(() => system);
    describeFaults(() => system);
    describeConcurrency(() => system);
    describePlannedCalls(() => system);
  });
}

function describeOrdinaryCalls(system: () => System): void {
  it("a call without streaming is held, metered, settled and shown", async () => {
    const customer = await newCustomer(system(), 1_000);
    const { data, response } = await clientOf(system(), customer.apiKey).chat.completions
      .create({ model: "gpt-4o-mini", messages }).withResponse();
    expect(data.choices[0]?.message.content?.length).toBeGreaterThan(0);
    expect(response.headers.get("x-sargalay-simulated")).toBe("true");
    const [row] = await settled(system(), customer.accountId, 1);
    expect(row).toMatchObject({ state: "settled", evidence: "reported" });
    expect(row!.usage).toMatchObject({
      input: data.usage!.prompt_tokens,
      output: data.usage!.completion_tokens,
    });
    expect(response.headers.get("x-request-id")).toBe(row!.requestId);
    await assertBooks(system(), customer.accountId);
  });

  it("a streaming call reports usage and cost in its last chunk when asked", async () => {
    const customer = await newCustomer(system(), 1_000);
    const stream = await clientOf(system(), customer.apiKey).chat.completions.create({
      model: "gpt-4o-mini",
      messages,
      stream: true,
      stream_options: { include_usage: true },
    });
    const chunks = await Array.fromAsync(stream);
    const last = chunks.at(-1)!;
    expect(last.choices).toEqual([]);
    const [row] = await settled(system(), customer.accountId, 1);
    expect(row!.usage).toMatchObject({ output: last.usage!.completion_tokens });
    await assertBooks(system(), customer.accountId);
  });

  it("a streaming call that did not ask for usage sees none, and is charged all the same", async () => {
    const customer = await newCustomer(system(), 1_000);
    const stream = await clientOf(system(), customer.apiKey).chat.completions
      .create({ model: "gpt-4o-mini", messages, stream: true });
    const chunks = await Array.fromAsync(stream);
    expect(chunks.every((chunk) => chunk.choices.length > 0 && !chunk.usage)).toBe(true);
    const [row] = await settled(system(), customer.accountId, 1);
    expect(row).toMatchObject({ state: "settled", evidence: "reported" });
    await assertBooks(system(), customer.accountId);
  });

  it("a client that leaves after the first token still pays for what was made, and no more", async () => {
    const customer = await newCustomer(system(), 1_000);
    const stream = await clientOf(system(), customer.apiKey).chat.completions
      .create({ model: "sim-paced", messages, stream: true });
    for await (const _ of stream) break;
    stream.controller.abort();
    const [row] = await settled(system(), customer.accountId, 1);
    expect(row!.call?.outcome).toBe("client_gone");
    expect(BigInt(row!.chargedMicroKyat!)).toBeGreaterThan(0n);
    await assertBooks(system(), customer.accountId);
  });

  it("a receipt and the credits show what the ledger did", async () => {
    const customer = await newCustomer(system(), 1_000);
    const { response } = await clientOf(system(), customer.apiKey).chat.completions
      .create({ model: "gpt-4o-mini", messages }).withResponse();
    await settled(system(), customer.accountId, 1);
    const requestId = response.headers.get("x-request-id");
    const receipt = await proxyGet(system(), customer, `/v1/receipts/${requestId}`);
    expect(receipt).toMatchObject({
      request_id: requestId,
      state: "settled",
      account_id: customer.accountId,
    });
    const balance = await balanceOf(system(), customer.accountId);
    expect(await proxyGet(system(), customer, "/v1/credits")).toMatchObject({
      currency: "MMK",
      credited: "1000",
      available: formatDecimal(BigInt(balance.availableMicroKyat), 6),
      open_holds: 0,
    });
  });

  it("lists the models for sale, and one of them", async () => {
    const customer = await newCustomer(system(), 0);
    const client = clientOf(system(), customer.apiKey);
    const ids = (await Array.fromAsync(await client.models.list())).map((model) => model.id);
    expect(ids).toContain("gpt-4o-mini");
    expect((await client.models.retrieve("gpt-4o-mini")).id).toBe("gpt-4o-mini");
  });
}

function describeRefusals(system: () => System): void {
  it("an unknown key is refused", async () => {
    const error = await refusal(system(), `sk-sgl-${"0".repeat(43)}`, "gpt-4o-mini");
    expect(error).toMatchObject({ status: 401, code: "invalid_api_key" });
  });

  it("a revoked key is soon refused at every proxy", async () => {
    const customer = await newCustomer(system(), 1_000);
    const path = `/v1/accounts/${customer.accountId}/keys/${customer.keyId}?reason=test`;
    await ledgerCall(system(), "DELETE", path);
    for (const proxy of system().proxyUrls.keys()) {
      await eventually(
        async () => {
          const { status, code } = await refusal(system(), customer.apiKey, "gpt-4o-mini", {
            proxy,
          });
          return status === 401 && code === "api_key_revoked" || { status, code };
        },
        `proxy ${proxy} refuses the revoked key`,
        30_000,
      );
    }
    // A proxy that had not heard of it yet has served a call.
    await settled(system(), customer.accountId);
    await assertBooks(system(), customer.accountId);
  });

  it("a wallet without credit is refused with 402, and the client does not try again", async () => {
    const customer = await newCustomer(system(), 0);
    const error = await refusal(system(), customer.apiKey, "gpt-4o-mini");
    expect(error).toMatchObject({ status: 402, code: "insufficient_quota" });
    expect(error.headers?.get("x-should-retry")).toBe("false");
    expect(await settled(system(), customer.accountId, 0)).toEqual([]);
  });

  it("an unknown model is refused", async () => {
    const customer = await newCustomer(system(), 1_000);
    const error = await refusal(system(), customer.apiKey, "no-such-model");
    expect(error).toMatchObject({ status: 404, code: "model_not_found" });
  });

  it("a small balance lowers the output limit, and the answer says so", async () => {
    const customer = await newCustomer(system(), 10);
    const { response } = await clientOf(system(), customer.apiKey).chat.completions
      .create({ model: "gpt-4o", messages }).withResponse();
    expect(response.headers.get("x-sargalay-output-limit")).toMatch(/^\d+$/);
    await settled(system(), customer.accountId, 1);
    await assertBooks(system(), customer.accountId);
  });
}

const REFUSALS: readonly [model: string, status: number, code: string, outcome: string][] = [
  ["sim-400", 400, "invalid_value", "upstream_bad_request"],
  ["sim-401", 502, "upstream_authentication", "upstream_authentication"],
  ["sim-404", 502, "upstream_not_found", "upstream_not_found"],
  ["sim-429", 429, "upstream_rate_limited", "upstream_rate_limited"],
  ["sim-500", 502, "upstream_error", "upstream_error"],
  ["sim-529", 503, "upstream_overloaded", "upstream_overloaded"],
  ["sim-wrong-content-type", 502, "upstream_invalid_response", "upstream_invalid_response"],
  ["sim-slow-first-byte", 504, "upstream_first_byte_timeout", "upstream_first_byte_timeout"],
];

/** How a call ends: its evidence, null when it is released for nothing; the client's error or null. */
interface Ending {
  readonly evidence: "reported" | "observed" | null;
  readonly error: string | null;
}

const reported: Ending = { evidence: "reported", error: null };
const estimated: Ending = { evidence: "observed", error: null };
const broken = (error: string): Ending => ({ evidence: "observed", error });
const useless = (error: string): Ending => ({ evidence: null, error });

const FAULTS: readonly [model: string, streamed: Ending, whole: Ending][] = [
  ["sim-paced", reported, reported],
  ["sim-usage-every-chunk", reported, reported],
  ["sim-large-body", reported, reported],
  ["sim-no-usage", estimated, estimated],
  ["sim-cut", broken("upstream_stream_cut"), broken("upstream_stream_cut")],
  ["sim-stall", broken("upstream_idle_timeout"), broken("upstream_idle_timeout")],
  ["sim-garbage", broken("upstream_invalid_response"), useless("upstream_invalid_response")],
  ["sim-stream-error", broken("upstream_error"), useless("upstream_error")],
];

const FAULT_CASES = FAULTS.flatMap(([model, streamed, whole]) =>
  [[model, "streamed", streamed], [model, "whole", whole]] as const
);

function describeFaults(system: () => System): void {
  it.each(REFUSALS)(
    "upstream fault %s is answered with %d %s and costs nothing",
    async (model, status, code, outcome) => {
      const customer = await newCustomer(system(), 1_000);
      for (const stream of [false, true]) {
        const error = await refusal(system(), customer.apiKey, model, { stream });
        expect(error).toMatchObject({ status, code });
      }
      const rows = await settled(system(), customer.accountId, 2);
      for (const row of rows) {
        expect(row).toMatchObject({ state: "released", evidence: null, call: { outcome } });
        expect(row.call?.attempts.length).toBeGreaterThan(0);
      }
      const balance = await assertBooks(system(), customer.accountId);
      expect(balance.availableMicroKyat).toBe(balance.creditedMicroKyat);
    },
  );

  it.each(FAULT_CASES)(
    "upstream fault %s, %s, is charged by its evidence: %j",
    async (model, form, { evidence, error }) => {
      const customer = await newCustomer(system(), 5_000);
      expect(await errorOf(system(), customer, model, form === "streamed")).toBe(error);
      const [row] = await settled(system(), customer.accountId, 1, 60_000);
      expect(row).toMatchObject({
        state: evidence === null ? "released" : "settled",
        evidence,
        call: { outcome: error ?? "completed" },
      });
      const balance = await assertBooks(system(), customer.accountId);
      if (evidence === null) {
        expect(balance.availableMicroKyat).toBe(balance.creditedMicroKyat);
      } else {
        expect(row!.usage?.input).toBeGreaterThan(0);
        expect(row!.usage?.output).toBeGreaterThan(0);
        expect(BigInt(row!.chargedMicroKyat!)).toBeGreaterThan(0n);
      }
    },
  );

  it("usage in every chunk is never summed", async () => {
    const customer = await newCustomer(system(), 1_000);
    const client = clientOf(system(), customer.apiKey);
    const stream = await client.chat.completions.create({
      model: "sim-usage-every-chunk",
      messages,
      stream: true,
      stream_options: { include_usage: true },
    });
    const reported = (await Array.fromAsync(stream)).map((chunk) => chunk.usage).filter(Boolean);
    const [row] = await settled(system(), customer.accountId, 1);
    expect(row!.usage).toMatchObject({ output: reported.at(-1)!.completion_tokens });
  });

  it("a stream that stalls for ever is left by the client, and its hold is closed", async () => {
    const customer = await newCustomer(system(), 1_000);
    const stream = await clientOf(system(), customer.apiKey).chat.completions
      .create({ model: "sim-stall", messages, stream: true });
    for await (const _ of stream) break;
    stream.controller.abort();
    await settled(system(), customer.accountId, 1, 90_000);
    await assertBooks(system(), customer.accountId);
  }, 120_000);
}

function describeConcurrency(system: () => System): void {
  it("200 calls at once on a wallet that can pay for 20 overspend not one microkyat", async () => {
    const probe = await newCustomer(system(), 1_000);
    const body = { model: "gpt-4o-mini", messages, max_tokens: 64 };
    await clientOf(system(), probe.apiKey).chat.completions.create(body);
    const [row] = await settled(system(), probe.accountId, 1);
    const kyat = Number(BigInt(row!.holdMicroKyat) * 20n / 1_000_000n) + 1;
    const customer = await newCustomer(system(), kyat);
    const calls = Array.from(
      { length: 200 },
      (_, index) =>
        clientOf(system(), customer.apiKey, { proxy: index % system().proxyUrls.length })
          .chat.completions.create(body),
    );
    const outcomes = await Promise.allSettled(calls);
    const served = outcomes.filter(({ status }) => status === "fulfilled").length;
    for (const outcome of outcomes) {
      if (outcome.status === "rejected") expect(outcome.reason).toMatchObject({ status: 402 });
    }
    expect(served).toBeGreaterThanOrEqual(20);
    await settled(system(), customer.accountId, served, 60_000);
    await assertBooks(system(), customer.accountId);
  }, 120_000);

  it("two budgets' worth of calls on one key stop at the key's budget", async () => {
    const customer = await newCustomer(system(), 10_000);
    await ledgerCall(system(), "PUT", `/v1/accounts/${customer.accountId}/budgets`, {
      keyId: customer.keyId,
      period: "day",
      limitMicroKyat: "1000",
    });
    const error = await refusal(system(), customer.apiKey, "gpt-4o");
    expect(error).toMatchObject({ status: 402, code: "budget_exceeded" });
    await eventually(
      async () => (await balanceOf(system(), customer.accountId)).openHolds === 0,
      "no hold is open",
    );
  });
}

async function refusal(
  system: System,
  apiKey: string,
  model: string,
  { proxy = 0, stream = false }: { proxy?: number; stream?: boolean } = {},
): Promise<InstanceType<typeof APIError>> {
  try {
    await clientOf(system, apiKey, { proxy }).chat.completions.create({ model, messages, stream });
  } catch (error) {
    if (error instanceof APIError) return error;
    throw error;
  }
  throw new Error(`${model} was served, but a refusal was expected`);
}

/** Calls to the very end; the code of the error that the client meets, or null. */
async function errorOf(
  system: System,
  customer: Customer,
  model: string,
  stream: boolean,
): Promise<string | null> {
  try {
    const answer = await clientOf(system, customer.apiKey).chat.completions
      .create({ model, messages, stream });
    if (Symbol.asyncIterator in answer) await Array.fromAsync(answer);
    return null;
  } catch (error) {
    if (error instanceof APIError) return error.code ?? `status ${error.status}`;
    throw error;
  }
}

async function proxyGet(system: System, customer: Customer, path: string): Promise<unknown> {
  const response = await fetch(system.proxyUrls[0] + path, {
    headers: { authorization: `Bearer ${customer.apiKey}` },
    signal: AbortSignal.timeout(10_000),
  });
  expect(response.status).toBe(200);
  return await response.json();
}
