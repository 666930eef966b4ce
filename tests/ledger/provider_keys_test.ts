import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { composeLedger, type Ledger } from "../../ledger/compose.ts";
import { type LedgerDatabase, openPglite } from "../../ledger/store/mod.ts";
import { type EdgeConfig, followEdgeConfig } from "../../proxy/edge_config/mod.ts";
import { createKeyring } from "../../proxy/keys/mod.ts";
import { rotateAll } from "../../scripts/provider_keys/rotate.ts";
import { type Bus, createInProcessBus } from "../../shared/bus/mod.ts";
import { createEffects, platformOf } from "../../shared/effects.ts";
import { signServiceToken } from "../../shared/identity/mod.ts";
import { uuidv7 } from "../../shared/ids/mod.ts";
import { silentLog } from "../../shared/log.ts";
import { makeMasterKey, parseMasterKeys } from "../../shared/routing/mod.ts";

const serviceSecret = "a-secret-of-at-least-32-characters!";
const effects = createEffects(platformOf(globalThis));
const [oldText, newText] = [makeMasterKey(effects.random), makeMasterKey(effects.random)];
const SECRET = "gsk_0123456789abcdef";

let database: LedgerDatabase;
let bus: Bus;
let ledger: Ledger;
let edge: EdgeConfig;
let token: string;

async function start(masterKeys: string): Promise<void> {
  bus = createInProcessBus(effects);
  const settings = {
    serviceSecret,
    shards: 1,
    seed: "none" as const,
    masterKeys: parseMasterKeys(masterKeys),
  };
  const owner = uuidv7(effects);
  ledger = await composeLedger(settings, {
    database,
    bus,
    effects,
    log: silentLog,
    owner,
    exclusive: true,
  });
  await ledger.ready(20_000);
  edge = await followEdgeConfig({
    bus,
    effects,
    log: silentLog,
    shards: 1,
    everyMs: 60_000,
    staleAfterMs: 60_000,
  });
  await edge.refresh();
}

async function stop(): Promise<void> {
  await edge.stop();
  await ledger.close();
  await bus.close();
}

async function call(method: string, path: string, body?: unknown) {
  const response = await ledger.fetch(
    new Request(`http://ledger${path}`, {
      method,
      headers: { authorization: `Bearer ${token}` },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    }),
  );
  return { status: response.status, answer: await response.json() };
}

/** What an edge with these master keys opens of the system's keys for groq. */
function opened(masterKeys: string): (string | null)[] {
  const keyring = createKeyring({ masterKeys: parseMasterKeys(masterKeys), log: silentLog });
  return edge.routing.providerKeys("groq", "system", null).map(keyring.secretOf);
}

beforeEach(async () => {
  database = await openPglite(null);
  token = await signServiceToken({ actor: "user:admin", role: "admin", accountId: null }, {
    secret: serviceSecret,
    clock: effects.clock,
    ttlMs: 600_000,
  });
  await start(oldText);
});
afterEach(async () => {
  await stop();
  await database.destroy();
});

describe("a provider's key, from the API to the edge", () => {
  const key = { provider: "groq", level: "system", ownerId: null, secret: SECRET };

  it("is opened at the edge, survives a rotation of the master key, and is forgotten when removed", async () => {
    await call("PUT", "/v1/providers/groq", {
      profile: "groq",
      baseUrl: null,
      enabled: true,
      models: null,
      priority: 1,
    });
    const { status, answer } = await call("POST", "/v1/provider-keys", key);
    expect(status).toBe(201);
    await edge.refresh();
    expect(edge.routing.providers()).toMatchObject([{ provider: "groq", priority: 1 }]);
    expect([opened(oldText), opened(newText)]).toEqual([[SECRET], [null]]);

    await stop();
    await start(`${newText},${oldText}`);
    const rotate = () =>
      rotateAll(
        { url: "http://ledger", token },
        (url, init) => ledger.fetch(new Request(url, init)),
      );
    expect(await rotate()).toMatchObject({ rewrapped: 1, unreadable: [] });
    expect(await rotate()).toMatchObject({ rewrapped: 0, unreadable: [] });
    await edge.refresh();
    expect([opened(oldText), opened(newText)]).toEqual([[null], [SECRET]]);

    await stop();
    await start(newText);
    expect(opened(newText)).toEqual([SECRET]);
    await call("DELETE", `/v1/provider-keys/groq/${answer.result.keyId}`);
    await edge.refresh();
    expect(opened(newText)).toEqual([]);
  });

  it("is the log's own fact: routers and aliases reach the edge, and no list shows a secret", async () => {
    await call("POST", "/v1/provider-keys", key);
    const fallback = [{ provider: "groq", model: null }];
    await call("PUT", "/v1/routers/night", { name: "Night", enabled: true, rules: [], fallback });
    await call("PUT", "/v1/model-aliases", { alias: "fast", models: ["gpt-4o-mini"] });
    await edge.refresh();
    expect(edge.routing.router("night")).toMatchObject({ routerVersion: 1 });
    expect([...edge.routing.aliases()]).toEqual([["fast", ["gpt-4o-mini"]]]);
    for (const path of ["/v1/provider-keys", "/v1/routers", "/v1/model-aliases", "/v1/providers"]) {
      const { status, answer } = await call("GET", path);
      expect([path, status]).toEqual([path, 200]);
      expect(JSON.stringify(answer)).not.toMatch(/ciphertext|wrappedKey|gsk_/);
    }
    const { answer } = await call("GET", "/v1/routers");
    expect(answer.items.map(({ routerId }: { routerId: string }) => routerId))
      .toEqual(["free-first", "night"]);
    await call("DELETE", "/v1/routers/night");
    await edge.refresh();
    expect(edge.routing.router("night")).toBeUndefined();
  });
});
