import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { composeLedger, type Ledger } from "../../ledger/compose.ts";
import { type LedgerDatabase, openPglite } from "../../ledger/store/mod.ts";
import { composeProxy, type Proxy } from "../../proxy/compose.ts";
import { readProxyConfig } from "../../proxy/config.ts";
import { type Bus, createInProcessBus, type StreamReader } from "../../shared/bus/mod.ts";
import { createEffects, platformOf } from "../../shared/effects.ts";
import { signServiceToken } from "../../shared/identity/mod.ts";
import { uuidv7 } from "../../shared/ids/mod.ts";
import { createLog } from "../../shared/log.ts";
import { makeMasterKey, parseMasterKeys } from "../../shared/routing/mod.ts";

const serviceSecret = "a-secret-of-at-least-32-characters!";
const effects = createEffects(platformOf(globalThis));
const masterKeys = makeMasterKey(effects.random);

let database: LedgerDatabase;
let bus: Bus & StreamReader;
let ledger: Ledger;
let proxy: Proxy;
let token: string;
let apiKey: string;
const lines: string[] = [];

/** Which keys an upstream takes, and whether it works; what it was called with. */
interface Upstream {
  readonly url: string;
  readonly seen: (string | null)[];
  valid: readonly string[];
  broken: boolean;
  /** What it says in the place of an answer; null where that is left to it. */
  refuse: ((key: string | null, body: string) => Response | null) | null;
  stop(): Promise<void>;
}

function startUpstream(): Upstream {
  const upstream = {
    seen: [] as (string | null)[],
    valid: [] as readonly string[],
    broken: false,
    refuse: null as Upstream["refuse"],
  };
  const options = { hostname: "127.0.0.1", port: 0, onListen: () => {} };
  const server = Deno.serve(options, async (request) => {
    const key = request.headers.get("authorization")?.replace("Bearer ", "") ?? null;
    upstream.seen.push(key);
    const refused = upstream.refuse?.(key, await request.text()) ?? null;
    if (refused !== null) return refused;
    if (upstream.broken) return Response.json({ error: { message: "down" } }, { status: 500 });
    if (key === null || !upstream.valid.includes(key)) {
      return Response.json({ error: { message: "no such key" } }, { status: 401 });
    }
    return Response.json({
      id: "c-1",
      object: "chat.completion",
      created: 1,
      model: "m",
      choices: [{
        index: 0,
        message: { role: "assistant", content: "hi" },
        finish_reason: "stop",
      }],
      usage: { prompt_tokens: 5, completion_tokens: 2, total_tokens: 7 },
    });
  });
  const url = `http://127.0.0.1:${server.addr.port}/v1`;
  return Object.assign(upstream, { url, stop: () => server.shutdown() });
}

async function admin(method: string, path: string, body?: unknown) {
  const response = await ledger.fetch(
    new Request(`http://ledger${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, "idempotency-key": uuidv7(effects) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    }),
  );
  const answer = await response.json();
  if (!response.ok) throw new Error(`${method} ${path}: ${JSON.stringify(answer)}`);
  return answer;
}

/** A provider that serves one model for sale, before those with a higher number. */
const provider = (name: string, model: string, { url }: Upstream, priority: number) =>
  admin("PUT", `/v1/providers/${name}`, {
    profile: "openai_compatible",
    baseUrl: url,
    enabled: true,
    models: { [model]: "m" },
    priority,
  });

const key = (name: string, secret: string) =>
  admin("POST", "/v1/provider-keys", { provider: name, level: "system", ownerId: null, secret });

const price = (model: string) =>
  admin("POST", "/v1/prices", {
    model,
    displayName: model,
    ownedBy: "somebody",
    ratesPicoUsdPerUnit: { input: "1000000", output: "4000000" },
    contextWindowTokens: 8_000,
    maxOutputTokens: 100,
    source: "test",
  });

async function call(model: string, more: Record<string, unknown> = {}) {
  const response = await proxy.fetch(
    new Request("http://proxy/v1/chat/completions", {
      method: "POST",
      headers: { authorization: `Bearer ${apiKey}`, "content-type": "application/json" },
      body: JSON.stringify({ model, messages: [{ role: "user", content: "hi" }], ...more }),
    }),
  );
  const header = (name: string) => response.headers.get(`x-sargalay-${name}`);
  const answer = await response.json();
  return {
    status: response.status,
    answer,
    provider: header("provider"),
    attempts: header("attempts"),
    cost: header("cost"),
  };
}

/** Waits until the edge has what was changed last. */
async function followed(model: string): Promise<void> {
  while ((await call(model)).status === 404) await effects.timers.sleep(20);
}

beforeAll(async () => {
  database = await openPglite(null);
  bus = createInProcessBus(effects);
  const log = (room: string) => createLog((line) => lines.push(line), effects.clock, room);
  ledger = await composeLedger({
    serviceSecret,
    shards: 1,
    seed: "none",
    masterKeys: parseMasterKeys(masterKeys),
  }, { database, bus, effects, log: log("ledger"), owner: uuidv7(effects), exclusive: true });
  await ledger.ready(30_000);
  token = await signServiceToken({ actor: "user:admin", role: "admin", accountId: null }, {
    secret: serviceSecret,
    clock: effects.clock,
    ttlMs: 600_000,
  });
  await admin("PUT", "/v1/markup", { markupPartsPerMillion: 0 });
  await admin("PUT", "/v1/fx", { kyatPerUsd: "4500", source: "test" });
  await admin("POST", "/v1/accounts", { accountId: "acc-1", name: "One" });
  const credit = { amountMicroKyat: "1000000000000", source: "promotion", reference: "test" };
  await admin("POST", "/v1/accounts/acc-1/credits", credit);
  const issued = { label: "k", expiresAtMs: null };
  apiKey = (await admin("POST", "/v1/accounts/acc-1/keys", issued)).result.secret;
  proxy = await composeProxy(
    readProxyConfig({
      SARGALAY_MASTER_KEYS: masterKeys,
      // Serves nothing of what is for sale here.
      SARGALAY_UPSTREAMS: JSON.stringify([
        { name: "none", baseUrl: "http://127.0.0.1:9/v1", models: [] },
      ]),
    }),
    { bus, effects, fetch: (url, init) => fetch(url, init), log: log("proxy") },
  );
});

afterAll(async () => {
  await proxy.close();
  await ledger.close();
  await bus.close();
  await database.destroy();
});

describe("a call through two providers of one model", () => {
  it("goes on to the second, and no more to the first once that has failed three times", async () => {
    const [first, second] = [startUpstream(), startUpstream()];
    first.broken = true;
    second.valid = ["key-of-second"];
    await provider("failing-1", "model-1", first, 1);
    await provider("failing-2", "model-1", second, 2);
    await key("failing-1", "key-of-first");
    await key("failing-2", "key-of-second");
    await price("model-1");
    await followed("model-1");
    const tries = [];
    for (let n = 0; n < 4; n++) tries.push(await call("model-1"));
    expect(tries.map(({ status, provider }) => [status, provider]))
      .toEqual(Array(4).fill([200, "failing-2"]));
    expect(tries.at(-1)?.attempts).toBe("1");
    expect(first.seen).toHaveLength(3);
    await Promise.all([first.stop(), second.stop()]);
  });

  it("with a refused key uses the next key from the next call on, and marks no provider", async () => {
    const [first, second] = [startUpstream(), startUpstream()];
    first.valid = ["good-key-of-first"];
    second.valid = ["key-of-second"];
    await provider("keyed-1", "model-2", first, 1);
    await provider("keyed-2", "model-2", second, 2);
    await key("keyed-1", "revoked-key-of-first");
    await key("keyed-1", "good-key-of-first");
    await key("keyed-2", "key-of-second");
    await price("model-2");
    await followed("model-2");
    const last = await call("model-2");
    expect([last.status, last.provider, last.attempts]).toEqual([200, "keyed-1", "1"]);
    expect(first.seen.filter((one) => one === "revoked-key-of-first")).toHaveLength(1);
    await Promise.all([first.stop(), second.stop()]);
  });

  it("uses the customer's own key first, for a fee and not for its tokens, until it is removed", async () => {
    const upstream = startUpstream();
    upstream.valid = ["own-key-of-acc", "key-of-system"];
    await admin("PUT", "/v1/own-key-fee", { picoUsdPerRequest: "1000000" });
    await provider("owned", "model-3", upstream, 1);
    await key("owned", "key-of-system");
    await price("model-3");
    await followed("model-3");
    expect(upstream.seen.at(-1)).toBe("key-of-system");
    const own = { provider: "owned", userId: null, secret: "own-key-of-acc" };
    const { result } = await admin("POST", "/v1/accounts/acc-1/provider-keys", own);
    const costWith = async (secret: string) => {
      for (let n = 0; n < 100; n++) {
        const { cost } = await call("model-3");
        if (upstream.seen.at(-1) === secret) return cost;
        await effects.timers.sleep(10);
      }
      throw new Error("the key was never used");
    };
    // A millionth of a dollar; else 5 tokens in and 2 out, at 4,500 kyat for a dollar.
    expect(await costWith("own-key-of-acc")).toBe("0.0045");
    await admin("DELETE", `/v1/accounts/acc-1/provider-keys/owned/${result.keyId}`);
    expect(await costWith("key-of-system")).toBe("0.0585");
    await upstream.stop();
  });

  it("whose own keys are all limited closes the model to nobody else", async () => {
    const upstream = startUpstream();
    upstream.valid = ["key-of-system"];
    upstream.refuse = (key) =>
      key?.startsWith("own-key-of-poor") === true
        ? Response.json({ error: { message: "slow down" } }, {
          status: 429,
          headers: { "retry-after": "3600" },
        })
        : null;
    await provider("limited", "model-4", upstream, 1);
    await key("limited", "key-of-system");
    await price("model-4");
    await followed("model-4");
    const path = "/v1/accounts/acc-1/provider-keys";
    const own = await Promise.all(
      [1, 2, 3].map((n) =>
        admin("POST", path, { provider: "limited", userId: null, secret: `own-key-of-poor-${n}` })
      ),
    );
    while ((await call("model-4")).status !== 429) await effects.timers.sleep(10);
    expect(upstream.seen.slice(-3).join()).toMatch(/poor-.,own-key-of-poor-.,own-key-of-poor-./);
    for (const { result } of own) await admin("DELETE", `${path}/limited/${result.keyId}`);
    while ((await call("model-4")).status === 429) await effects.timers.sleep(10);
    expect(await call("model-4")).toMatchObject({ status: 200, provider: "limited" });
    await upstream.stop();
  });

  it("that is refused in the words it brought takes the key from nobody else", async () => {
    const upstream = startUpstream();
    upstream.valid = ["key-of-system"];
    upstream.refuse = (_key, body) =>
      "billing" in JSON.parse(body)
        ? Response.json({ error: { message: "billing: Extra inputs are not permitted" } }, {
          status: 400,
        })
        : null;
    await provider("echoing", "model-5", upstream, 1);
    await key("echoing", "key-of-system");
    await price("model-5");
    await followed("model-5");
    for (let n = 0; n < 3; n++) {
      expect((await call("model-5", { billing: 1 })).status).not.toBe(200);
    }
    expect(await call("model-5")).toMatchObject({ status: 200, provider: "echoing" });
    await upstream.stop();
  });

  it("leaves no key in any log, whatever went wrong", () => {
    expect(lines.length).toBeGreaterThan(0);
    expect(lines.join("\n")).not.toMatch(/key-of-|ciphertext|wrappedKey/);
  });
});
