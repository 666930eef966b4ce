import { describe, expect, it } from "vitest";
import type { EdgeProviderKey } from "../../shared/edge_config/mod.ts";
import { createEffects, platformOf } from "../../shared/effects.ts";
import { signServiceToken } from "../../shared/identity/mod.ts";
import { createLog } from "../../shared/log.ts";
import type { Role } from "../../shared/permissions.ts";
import {
  fingerprintOf,
  makeMasterKey,
  type MasterKeys,
  openSecret,
  parseMasterKeys,
  sealSecret,
} from "../../shared/routing/mod.ts";
import type { Sending } from "./command_sender.ts";
import { createLedgerApi } from "./mod.ts";

const serviceSecret = "a-secret-of-at-least-32-characters!";
const effects = createEffects(platformOf(globalThis));
const { random } = effects;
const [oldText, newText] = [makeMasterKey(random), makeMasterKey(random)];
const oldKeys = parseMasterKeys(oldText);
const bothKeys = parseMasterKeys(`${newText},${oldText}`);
const newKeys = parseMasterKeys(newText);
const SECRET = "gsk_0123456789abcdef";

function stored(keyId: string, level: EdgeProviderKey["level"], ownerId: string | null) {
  const place = { provider: "groq", level, ownerId, keyId };
  const envelope = sealSecret(SECRET, place, { masterKeys: oldKeys, random });
  return { ...place, keyVersion: 1, envelope, fingerprint: fingerprintOf(SECRET) };
}

const KEYS = [
  stored("k-1", "system", null),
  stored("k-2", "organisation", "acc-1"),
  stored("k-3", "user", "acc-1/u-1"),
  stored("k-4", "organisation", "acc-2"),
  stored("k-5", "user", "acc-11/u-1"),
  stored("k-6", "tier", "acc-1"),
];

function ledger(
  options: { masterKeys?: MasterKeys | null; keys?: readonly EdgeProviderKey[] } = {},
) {
  const sent: Sending[] = [];
  const lines: string[] = [];
  const refuse = () => Promise.reject(new Error("not asked here"));
  const handle = createLedgerApi({
    commands: {
      shards: 2,
      toAccount: refuse,
      balance: refuse,
      limits: refuse,
      prices: refuse,
      toShard(shard, sending) {
        expect(shard).toBe(0);
        sent.push(sending);
        return Promise.resolve({ status: "accepted", position: "1", result: {} });
      },
    },
    outcomes: { issuedKey: refuse },
    routing: {
      read: () =>
        Promise.resolve({
          providers: [],
          providerKeys: options.keys ?? KEYS,
          routers: [],
          aliases: [],
        }),
    },
    masterKeys: options.masterKeys === undefined ? oldKeys : options.masterKeys,
    receipts: refuse,
    checkpoints: null,
    effects,
    log: createLog((line) => lines.push(line), effects.clock, "ledger"),
    serviceSecret,
    health: refuse,
    status: refuse,
  });
  const call = async (
    method: string,
    path: string,
    more: { role?: Role; accountId?: string; body?: unknown; key?: string } = {},
  ) => {
    const { role = "admin", accountId = null, body, key } = more;
    const principal = { actor: "user:42", role, accountId };
    const token = await signServiceToken(principal, {
      secret: serviceSecret,
      clock: effects.clock,
      ttlMs: 60_000,
    });
    const response = await handle(
      new Request(`http://ledger${path}`, {
        method,
        headers: {
          authorization: `Bearer ${token}`,
          ...(key === undefined ? {} : { "idempotency-key": key }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      }),
    );
    const text = await response.text();
    return { status: response.status, text, answer: JSON.parse(text) };
  };
  return { call, sent, lines };
}

const system = { provider: "groq", level: "system", ownerId: null, secret: SECRET };

describe("storing a provider's key", () => {
  it("seals it for its place; neither answer nor log shows it", async () => {
    const { call, sent, lines } = ledger();
    const body = { ...system, level: "organisation", ownerId: "acc-1" };
    const { status, text } = await call("POST", "/v1/provider-keys", { body });
    expect(status).toBe(201);
    const [{ command }] = sent as [Sending];
    if (command.type !== "StoreProviderKey") throw new Error(command.type);
    expect(openSecret(command.body.envelope, command.body, oldKeys)).toBe(SECRET);
    expect(command.body.fingerprint.last4).toBe("cdef");
    for (const shown of [text, lines.join(), JSON.stringify(command)]) {
      expect(shown).not.toContain(SECRET);
    }
  });

  it("again with the same Idempotency-Key is the same command, and not with another secret", async () => {
    const { call, sent } = ledger();
    await call("POST", "/v1/provider-keys", { body: system, key: "once" });
    await call("POST", "/v1/provider-keys", { body: system, key: "once" });
    await call("POST", "/v1/provider-keys", { body: { ...system, secret: "other" }, key: "once" });
    await call("POST", "/v1/provider-keys", { body: system, key: "twice" });
    const [first, same, other, another] = sent;
    expect(same).toEqual(first);
    expect(other!.operationId).toBe(first!.operationId);
    expect(other!.command).not.toEqual(first!.command);
    expect(another!.command.body).not.toMatchObject({
      keyId: (first!.command.body as { keyId: string }).keyId,
    });
  });

  // deno-fmt-ignore
  it.each([
    ["an owner of another level", { ...system, ownerId: "acc-1" }, "ownerId"],
    ["a secret with a line break", { ...system, secret: "abcd\nefgh" }, "secret"],
    ["a secret that is empty", { ...system, secret: "" }, "secret"],
    ["a provider that is no name", { ...system, provider: "Groq!" }, "provider"],
  ])("refuses %s and does not repeat it", async (_what, body, param) => {
    const { call, sent } = ledger();
    const { status, text, answer } = await call("POST", "/v1/provider-keys", { body });
    expect([status, answer.error.param]).toEqual([400, param]);
    expect(text).not.toContain("abcd");
    expect(sent).toEqual([]);
  });

  it("is refused where there is no master key", async () => {
    const { call } = ledger({ masterKeys: null });
    const { status, text } = await call("POST", "/v1/provider-keys", { body: system });
    expect(status).toBe(409);
    expect(text).toContain("SARGALAY_MASTER_KEYS");
    expect(text).not.toContain(SECRET);
  });

  it("of one's own belongs to the account of the path, or to its user", async () => {
    const { call, sent } = ledger();
    const developer = { role: "developer", accountId: "acc-1" } as const;
    const body = { provider: "groq", userId: null, secret: SECRET };
    const path = "/v1/accounts/acc-1/provider-keys";
    expect((await call("POST", path, { ...developer, body })).status).toBe(201);
    await call("POST", path, { ...developer, body: { ...body, userId: "u-1" } });
    expect(sent.map(({ command }) => command.body)).toMatchObject([
      { level: "organisation", ownerId: "acc-1" },
      { level: "user", ownerId: "acc-1/u-1" },
    ]);
    for (const elsewhere of ["/v1/accounts/acc-2/provider-keys", "/v1/provider-keys"]) {
      const refused = await call("POST", elsewhere, { ...developer, body: { ...body, ...system } });
      expect(refused.status).toBe(403);
    }
  });
});

describe("showing and removing providers' keys", () => {
  it("lists them without secret and envelope", async () => {
    const { call } = ledger();
    const { answer, text } = await call("GET", "/v1/provider-keys", { role: "auditor" });
    expect(answer.items).toHaveLength(KEYS.length);
    expect(answer.items[0]).toEqual({
      keyId: "k-1",
      keyVersion: 1,
      provider: "groq",
      level: "system",
      ownerId: null,
      fingerprint: fingerprintOf(SECRET),
      masterKeyId: oldKeys[0].id,
    });
    for (const { envelope } of KEYS) {
      expect(text).not.toContain(envelope.ciphertext);
      expect(text).not.toContain(envelope.wrappedKey);
    }
  });

  it("lists and removes one's own alone", async () => {
    const { call, sent } = ledger();
    const developer = { role: "developer", accountId: "acc-1" } as const;
    const path = "/v1/accounts/acc-1/provider-keys";
    const { answer } = await call("GET", path, developer);
    expect(answer.items.map(({ keyId }: { keyId: string }) => keyId)).toEqual(["k-2", "k-3"]);
    await call("DELETE", `${path}/groq/k-2?reason=leaked`, developer);
    await call("DELETE", "/v1/provider-keys/groq/k-1");
    expect(sent.map(({ command }) => command.body)).toEqual([
      { provider: "groq", keyId: "k-2", ownerId: "acc-1", reason: "leaked" },
      { provider: "groq", keyId: "k-1", reason: "Removed through the API" },
    ]);
  });
});

describe("rotating the master key", () => {
  const rotate = async (masterKeys: MasterKeys, keys: readonly EdgeProviderKey[]) => {
    const world = ledger({ masterKeys, keys });
    const { answer } = await world.call("POST", "/v1/provider-key-rotations");
    return { answer, sent: world.sent };
  };
  const after = (keys: readonly EdgeProviderKey[], sent: readonly Sending[]) =>
    keys.map((key) => {
      const found = sent.find(({ command }) =>
        command.type === "RewrapProviderKey" && command.body.keyId === key.keyId
      );
      if (found?.command.type !== "RewrapProviderKey") return key;
      return { ...key, keyVersion: key.keyVersion + 1, envelope: found.command.body.envelope };
    });

  it("re-wraps every key, so that the former master key is no longer needed", async () => {
    const { answer, sent } = await rotate(bothKeys, KEYS);
    expect(answer).toEqual({
      masterKeyId: newKeys[0].id,
      rewrapped: KEYS.length,
      remaining: 0,
      unreadable: [],
    });
    const rotated = after(KEYS, sent);
    for (const key of rotated) expect(openSecret(key.envelope!, key, newKeys)).toBe(SECRET);
    expect((await rotate(bothKeys, rotated)).answer).toMatchObject({ rewrapped: 0, remaining: 0 });
    expect((await rotate(newKeys, rotated)).sent).toEqual([]);
  });

  it("is the same when it is repeated, and says what nobody can open", async () => {
    expect((await rotate(bothKeys, KEYS)).sent).toEqual((await rotate(bothKeys, KEYS)).sent);
    const { answer, sent } = await rotate(newKeys, KEYS);
    expect(answer).toMatchObject({ rewrapped: 0, unreadable: KEYS.map(({ keyId }) => keyId) });
    expect(sent).toEqual([]);
  });

  it("takes at most a thousand at once and says what remains", async () => {
    const many = Array.from({ length: 1_003 }, (_, n) => stored(`k-${n}`, "system", null));
    const { answer, sent } = await rotate(bothKeys, many);
    expect(answer).toMatchObject({ rewrapped: 1_000, remaining: 3 });
    expect((await rotate(bothKeys, after(many, sent))).answer)
      .toMatchObject({ rewrapped: 3, remaining: 0 });
  });
});
