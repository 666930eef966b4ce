import OpenAI from "openai";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Simulator, startSimulator } from "../../scripts/simulator/mod.ts";
import { createEffects, platformOf } from "../../shared/effects.ts";
import { createApiKey } from "../../shared/ids/mod.ts";
import { composeProxy } from "../../proxy/compose.ts";
import { readProxyConfig } from "../../proxy/config.ts";
import { type Harness, startHarness } from "./harness.ts";

const effects = createEffects(platformOf(globalThis));
const messages = [{ role: "user" as const, content: "Mingalaba!" }];
const body = (more: Record<string, unknown> = {}) => ({ model: "gpt-4o-mini", messages, ...more });

let simulator: Simulator;
let second: Simulator;
let harness: Harness;

beforeAll(async () => {
  simulator = await startSimulator();
  second = await startSimulator({ faults: false });
  const upstreams = [
    {
      name: "first",
      baseUrl: `${simulator.url}/v1`,
      models: { "gpt-4o-mini": "gpt-4o-mini", "a/b": "gpt-4o" },
      apiKeyEnv: "FIRST_KEY",
      simulated: true,
    },
    {
      name: "broken",
      baseUrl: `${simulator.url}/v1`,
      models: { flaky: "sim-500", bad: "sim-400" },
    },
    { name: "away", baseUrl: "http://127.0.0.1:9/v1", models: { flaky: "flaky" } },
    { name: "second", baseUrl: `${second.url}/v1`, models: { flaky: "sim-500", bad: "gpt-4o" } },
    { name: "drained", baseUrl: `${simulator.url}/v1`, models: { slow: "sim-paced" } },
  ];
  harness = await startHarness({
    config: readProxyConfig({
      SARGALAY_UPSTREAMS: JSON.stringify(upstreams),
      FIRST_KEY: "provider-secret",
      SARGALAY_PROXY_BODY_BYTES: "20000",
      SARGALAY_PROXY_BODY_MS: "200",
      SARGALAY_PROXY_HEADER_BYTES: "4000",
    }),
    models: ["gpt-4o-mini", "a/b", "flaky", "bad", "slow", "unrouted"],
    effects,
    fetch,
    compose: composeProxy,
  });
});

afterAll(async () => {
  await harness.stop();
  await simulator.stop();
  await second.stop();
});

const post = (json: unknown, headers: Record<string, string> = {}) =>
  harness.call("/v1/chat/completions", {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: typeof json === "string" ? json : JSON.stringify(json),
  });

async function refusal(response: Response) {
  const { error } = await response.json();
  expect(Object.keys(error).sort()).toEqual(["code", "message", "param", "type"]);
  expect(response.headers.get("x-request-id")).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7/);
  return { status: response.status, code: error.code, param: error.param };
}

describe("authentication", () => {
  const ask = (headers: Record<string, string>, query = "") =>
    fetch(`${harness.url}/v1/models${query}`, { headers });

  it("takes the key from any of four places", async () => {
    const { secret } = harness;
    for (
      const response of await Promise.all([
        ask({ authorization: `Bearer ${secret}` }),
        ask({ "x-api-key": secret }),
        ask({ "x-goog-api-key": secret }),
        ask({}, `?key=${secret}`),
      ])
    ) {
      expect(response.status).toBe(200);
      await response.body?.cancel();
    }
  });

  it("refuses none, a malformed one and an unknown one alike", async () => {
    const unknown = createApiKey(effects.random).secret;
    for (const key of ["", "sk-other", unknown]) {
      expect(await refusal(await ask({ "x-api-key": key }))).toMatchObject({
        status: 401,
        code: "invalid_api_key",
      });
    }
  });

  it("refuses an expired and a revoked key as soon as the change is announced", async () => {
    const { secret, hash } = createApiKey(effects.random);
    const statuses = async () => {
      const response = await ask({ "x-api-key": secret });
      return { status: response.status, code: (await response.json()).error?.code };
    };
    const becomes = async (code: string | undefined) => {
      while ((await statuses()).code !== code) await effects.timers.sleep(5);
    };
    harness.ledger.setKey({ keyHash: hash });
    await becomes(undefined);
    harness.ledger.setKey({ keyHash: hash, expiresAtMs: 5 });
    await becomes("api_key_expired");
    harness.ledger.setKey({ keyHash: hash, revoked: true });
    await becomes("api_key_revoked");
    expect((await statuses()).status).toBe(401);
  });
});

describe("a request that cannot be understood is refused before anything is held", () => {
  it.each([
    ["{", 400, "invalid_json", null],
    ['"text"', 400, "invalid_request", null],
    [body({ messages: [] }), 400, "invalid_request", "messages"],
    [body({ max_tokens: 0 }), 400, "invalid_request", "max_tokens"],
    [body({ n: 129 }), 400, "invalid_request", "n"],
    [body({ stream: "yes" }), 400, "invalid_request", "stream"],
    [body({ service_tier: "priority" }), 400, "unsupported_parameter", "service_tier"],
    [body({ model: "nobody-sells-this" }), 404, "model_not_found", "model"],
    [body({ model: "unrouted" }), 404, "model_not_found", "model"],
    [body({ user: "x".repeat(20_000) }), 413, "request_too_large", null],
  ])("%j", async (json, status, code, param) => {
    const told = harness.ledger.told.length;
    expect(await refusal(await post(json))).toEqual({ status, code, param });
    expect(harness.ledger.told).toHaveLength(told);
  });

  it("headers over the limit", async () => {
    const response = await post(body(), { "x-long": "x".repeat(4_000) });
    expect(await refusal(response)).toMatchObject({ status: 431, code: "headers_too_large" });
  });

  it("a body that does not come to its end", async () => {
    const { hostname, port } = new URL(harness.url);
    const connection = await Deno.connect({ hostname, port: Number(port) });
    const request =
      `POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\nx-api-key: ${harness.secret}` +
      `\r\ncontent-length: 100\r\n\r\n{"model":`;
    await connection.write(new TextEncoder().encode(request));
    const answer = new Uint8Array(4_096);
    const length = await connection.read(answer) ?? 0;
    connection.close();
    const text = new TextDecoder().decode(answer.subarray(0, length));
    expect(text).toContain(" 408 ");
    expect(text).toContain('"request_body_timeout"');
  });

  it("an unknown path and a wrong method, in OpenAI's shape", async () => {
    expect(await refusal(await harness.call("/v1/nothing"))).toMatchObject({
      status: 404,
      code: "not_found",
    });
    expect(await refusal(await harness.call("/v1/chat/completions"))).toMatchObject({
      status: 405,
      code: "method_not_allowed",
    });
  });
});

describe("a refused hold", () => {
  it.each(
    [
      ["insufficient_credit", 402, "insufficient_quota"],
      ["budget_exceeded", 402, "budget_exceeded"],
      ["key_revoked", 401, "api_key_revoked"],
      ["key_expired", 401, "api_key_expired"],
      ["model_not_priced", 404, "model_not_found"],
      ["input_too_long", 400, "context_length_exceeded"],
      ["fx_rate_not_set", 503, "pricing_unavailable"],
      ["too_many_holds", 429, "too_many_requests"],
      ["unavailable", 503, "ledger_unavailable"],
    ] as const,
  )("%s becomes %d %s and calls nobody", async (rejection, status, code) => {
    const requests = simulator.stats.requests;
    harness.ledger.refuse(rejection);
    const response = await post(body());
    harness.ledger.refuse(null);
    expect(await refusal(response)).toMatchObject({ status, code });
    if (status === 402) expect(response.headers.get("x-should-retry")).toBe("false");
    if (status === 503 && code === "ledger_unavailable") {
      expect(response.headers.get("retry-after")).toBe("1");
    }
    expect(simulator.stats.requests).toBe(requests);
  });

  it("no answer at all: asked twice under one id, refused, and released to be sure", async () => {
    const before = harness.ledger.told.length;
    const ends = harness.ledger.ends().length;
    harness.ledger.refuse("silence");
    const response = await post(body());
    harness.ledger.refuse(null);
    expect(await refusal(response)).toMatchObject({ status: 503, code: "ledger_unavailable" });
    const [end] = (await harness.ledger.ended(ends + 1)).slice(ends);
    expect(end).toMatchObject({ type: "ReleaseHold", body: { reason: "upstream_not_called" } });
    const asked = harness.ledger.told.slice(before).filter(({ type }) => type === "PlaceHold");
    expect(asked).toHaveLength(2);
    expect(asked[0]?.operationId).toBe(asked[1]?.operationId);
  });
});

describe("the output limit", () => {
  it("is lowered to what the balance carries, in the member that the client used", async () => {
    harness.ledger.carry(7);
    const response = await post(body({ max_completion_tokens: 500, seed: 7 }));
    harness.ledger.carry(null);
    expect(response.headers.get("x-sargalay-output-limit")).toBe("7");
    expect((await response.json()).usage.completion_tokens).toBe(7);
    expect(simulator.stats.lastBody).toMatchObject({ max_completion_tokens: 7, seed: 7 });
    expect(simulator.stats.lastBody).not.toHaveProperty("max_tokens");
  });

  it("is divided among several answers", async () => {
    harness.ledger.carry(10);
    const response = await post(body({ n: 2, max_tokens: 50 }));
    harness.ledger.carry(null);
    expect(response.headers.get("x-sargalay-output-limit")).toBe("5");
    expect((await response.json()).usage.completion_tokens).toBe(10);
    const hold = harness.ledger.told.findLast(({ type }) => type === "PlaceHold");
    // Twice the limit, and twice what a server may make of it beyond.
    expect(hold?.body).toMatchObject({ outputTokensRequested: 2 * (50 + 16) });
  });

  it("is left alone when all of it can be carried", async () => {
    const response = await post(body());
    await response.body?.cancel();
    expect(response.headers.has("x-sargalay-output-limit")).toBe(false);
    expect(simulator.stats.lastBody).not.toHaveProperty("max_tokens");
  });
});

describe("failover", () => {
  it("tries the next target before the first byte, and records each try", async () => {
    for (const stream of [false, true]) {
      const ends = harness.ledger.ends().length;
      const response = await post(body({ model: "flaky", stream }));
      expect(response.headers.get("x-sargalay-provider")).toBe("second");
      expect(response.headers.get("x-sargalay-attempts")).toBe("3");
      expect(response.headers.has("x-sargalay-simulated")).toBe(false);
      await response.text();
      const [end] = (await harness.ledger.ended(ends + 1)).slice(ends);
      expect(end).toMatchObject({
        type: "SettleHold",
        body: {
          call: {
            provider: "second",
            attempts: [
              { provider: "broken", status: 500, errorCode: "upstream_error" },
              { provider: "away", status: null, errorCode: "upstream_unreachable" },
              { provider: "second", status: 200, errorCode: null },
            ],
          },
        },
      });
    }
  });

  it("does not ask another one what was wrong with the first", async () => {
    const response = await post(body({ model: "bad" }));
    expect(response.headers.get("x-sargalay-attempts")).toBe("1");
    expect(await refusal(response)).toEqual({
      status: 400,
      code: "invalid_value",
      param: "messages",
    });
  });
});

describe("an answer", () => {
  it("carries what is known before the body, and the provider's bytes untouched", async () => {
    const response = await post(body());
    expect(response.headers.get("x-sargalay-simulated")).toBe("true");
    expect(response.headers.get("x-sargalay-hold")).toBe("9");
    expect(response.headers.get("x-sargalay-balance")).toBe("123.456789");
    const { id: _, ...answer } = await response.json();
    expect(answer).toMatchObject({ object: "chat.completion", system_fingerprint: "simulated" });
    expect(simulator.stats.lastAuthorization).toBe("Bearer provider-secret");
  });

  it("comes without its cost when the ledger is slow, and settles when it has heard again", async () => {
    const ends = harness.ledger.ends().length;
    harness.ledger.dropNotices(1);
    const response = await post(body());
    expect(response.status).toBe(200);
    expect(response.headers.has("x-sargalay-cost")).toBe(false);
    await response.body?.cancel();
    const [end] = (await harness.ledger.ended(ends + 1)).slice(ends);
    const times = () =>
      harness.ledger.told.filter(({ operationId }) => operationId === end?.operationId).length;
    while (times() < 2) await effects.timers.sleep(20);
    expect(times()).toBe(2);
  });
});

describe("a client that goes away from a provider that bills to the end", () => {
  it("leaves the stream to be drained, so that the report is heard", async () => {
    const ends = harness.ledger.ends().length;
    const stream = await harness.client.chat.completions.create({
      model: "slow",
      messages,
      stream: true,
    });
    for await (const _ of stream) break;
    stream.controller.abort();
    const [end] = (await harness.ledger.ended(ends + 1)).slice(ends);
    expect(end).toMatchObject({
      type: "SettleHold",
      body: { evidence: "reported", call: { outcome: "client_gone" } },
    });
  });
});

describe("what an account may read", () => {
  it("its models, in OpenAI's shape, with slashes in their names", async () => {
    const list = await harness.client.models.list();
    expect(list.data.map(({ id }) => id)).toEqual(["a/b", "bad", "flaky", "gpt-4o-mini", "slow"]);
    for (const path of ["/v1/models/a/b", "/v1/models/a%2Fb"]) {
      expect(await (await harness.call(path)).json()).toMatchObject({ id: "a/b", object: "model" });
    }
    expect(await refusal(await harness.call("/v1/models/c/d"))).toMatchObject({ status: 404 });
  });

  it("its credits and its receipts", async () => {
    expect(await (await harness.call("/v1/credits")).json()).toMatchObject({
      currency: "MMK",
      available: "48.5",
      open_holds: 0,
    });
    const id = "01989898-9898-7000-8000-000000000001";
    expect(await (await harness.call(`/v1/receipts/${id}`)).json()).toMatchObject({
      request_id: id,
      charged: "1.5",
    });
    for (const unknown of ["01989898-9898-7000-8000-000000000000", "x"]) {
      expect(await refusal(await harness.call(`/v1/receipts/${unknown}`))).toMatchObject({
        status: 404,
      });
    }
  });

  it("nothing without a key", async () => {
    for (const path of ["/v1/credits", "/v1/models", "/v1/receipts/x", "/v1/models/x"]) {
      expect((await refusal(await fetch(harness.url + path))).status).toBe(401);
    }
  });
});

describe("OpenAI's client", () => {
  it("raises the errors that it has classes for", async () => {
    const wrong = new OpenAI({ baseURL: `${harness.url}/v1`, apiKey: "sk-wrong", maxRetries: 0 });
    await expect(wrong.models.list()).rejects.toBeInstanceOf(OpenAI.AuthenticationError);
  });
});
