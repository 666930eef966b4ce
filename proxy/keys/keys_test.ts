import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { EdgeProviderKey } from "../../shared/edge_config/mod.ts";
import { createEffects, platformOf } from "../../shared/effects.ts";
import { createLog, silentLog } from "../../shared/log.ts";
import {
  fingerprintOf,
  makeMasterKey,
  parseMasterKeys,
  type ProviderKeyLevel,
  sealSecret,
} from "../../shared/routing/mod.ts";
import {
  chooseKey,
  createKeyring,
  type KeyedProvider,
  type KeyOwner,
  settingKeyId,
  usableKeys,
} from "./mod.ts";

const { random, clock } = createEffects(platformOf(globalThis));
const masterKeys = parseMasterKeys(makeMasterKey(random));
const provider: KeyedProvider = {
  name: "groq",
  keyless: false,
  environmentKey: "env-secret",
  freeKey: "free-secret",
};
const owner: KeyOwner = { accountId: "acc-1", userId: "u-1", tier: "startup" };

function stored(keyId: string, level: ProviderKeyLevel, ownerId: string | null): EdgeProviderKey {
  const place = { provider: "groq", level, ownerId, keyId };
  const secret = `secret-of-${keyId}`;
  return {
    ...place,
    keyVersion: 1,
    envelope: sealSecret(secret, place, { masterKeys, random }),
    fingerprint: fingerprintOf(secret),
  };
}

const all = [
  stored("k-user", "user", "acc-1/u-1"),
  stored("k-org", "organisation", "acc-1"),
  stored("k-tier", "tier", "startup"),
  stored("k-system", "system", null),
  stored("k-system-2", "system", null),
  stored("other-user", "user", "acc-1/u-2"),
  stored("same-user-elsewhere", "user", "acc-2/u-1"),
  stored("other-org", "organisation", "acc-2"),
];
const environmentId = settingKeyId("environment", "groq", "env-secret");
const freeId = settingKeyId("free", "groq", "free-secret");
const ids = [
  "k-user",
  "k-org",
  "k-tier",
  "k-system",
  "k-system-2",
  environmentId,
  freeId,
];

function sources(keys: readonly EdgeProviderKey[], ill: readonly string[] = []) {
  const keyring = createKeyring({ masterKeys, log: silentLog });
  return {
    providerKeys: (name: string, level: ProviderKeyLevel, ownerId: string | null) =>
      keys.filter((key) => key.provider === name && key.level === level && key.ownerId === ownerId),
    secretOf: keyring.secretOf,
    isHealthy: (keyId: string) => !ill.includes(keyId),
  };
}

describe("the key of a call", () => {
  it.each(
    [
      [0, "user", "k-user", true, "secret-of-k-user"],
      [1, "organisation", "k-org", true, "secret-of-k-org"],
      [2, "tier", "k-tier", false, "secret-of-k-tier"],
      [3, "system", "k-system", false, "secret-of-k-system"],
      [4, "system", "k-system-2", false, "secret-of-k-system-2"],
      [5, "environment", environmentId, false, "env-secret"],
      [6, "free", freeId, false, "free-secret"],
    ] as const,
  )("after %i that are used up is of the level %s", (ill, level, keyId, own, secret) => {
    const { key, skipped } = chooseKey(provider, owner, sources(all, ids.slice(0, ill)));
    expect(key).toEqual({ level, keyId, own, secret });
    expect(skipped.map((one) => [one.keyId, one.reason]))
      .toEqual(ids.slice(0, ill).map((id) => [id, "unhealthy"]));
  });

  it("is the first that is there and healthy, in every combination", () => {
    fc.assert(
      fc.property(fc.subarray(ids), fc.subarray(ids), (there, ill) => {
        const parts = {
          ...provider,
          environmentKey: there.includes(environmentId) ? "env-secret" : null,
          freeKey: there.includes(freeId) ? "free-secret" : null,
        };
        const keys = all.filter(({ keyId }) => there.includes(keyId));
        const { key } = chooseKey(parts, owner, sources(keys, ill));
        const expected = ids.find((id) => there.includes(id) && !ill.includes(id)) ?? null;
        expect(key?.keyId ?? null).toBe(expected);
      }),
    );
  });

  it("of an edge's settings has a name of its own for each secret, and shows none", () => {
    expect(settingKeyId("environment", "groq", "one")).not.toBe(
      settingKeyId("environment", "groq", "two"),
    );
    expect(environmentId).toMatch(/^environment\/groq\/[0-9a-f]{8}$/);
  });

  it("has the next ones behind it, as many as are asked for, and opens no more", () => {
    const parts = sources(all, ["k-tier"]);
    const opened: string[] = [];
    const secretOf = (key: EdgeProviderKey) => {
      opened.push(key.keyId);
      return parts.secretOf(key);
    };
    const { keys, skipped } = usableKeys(provider, owner, { ...parts, secretOf }, 3);
    expect(keys.map(({ keyId, own }) => [keyId, own]))
      .toEqual([["k-user", true], ["k-org", true], ["k-system", false]]);
    expect(skipped).toEqual([{ level: "tier", keyId: "k-tier", reason: "unhealthy" }]);
    expect(opened).toEqual(["k-user", "k-org", "k-system"]);
    const every = usableKeys({ ...provider, keyless: true }, owner, sources(all), 99).keys;
    expect(every.map(({ keyId }) => keyId)).toEqual([...ids, null]);
  });

  it("is never another's", () => {
    const nobody = { accountId: "acc-3", userId: "u-1", tier: null };
    const bare = { ...provider, environmentKey: null, freeKey: null };
    const keys = all.filter(({ level }) => level !== "system");
    expect(chooseKey(bare, nobody, sources(keys))).toEqual({ key: null, skipped: [] });
    expect(chooseKey(bare, { ...owner, userId: null, tier: null }, sources(keys)).key?.keyId)
      .toBe("k-org");
  });

  it("is none where none is needed, and the customer's own is still preferred", () => {
    const keyless = { name: "groq", keyless: true, environmentKey: null, freeKey: null };
    expect(chooseKey(keyless, owner, sources([])).key)
      .toEqual({ level: "none", keyId: null, secret: null, own: false });
    expect(chooseKey(keyless, owner, sources(all)).key?.keyId).toBe("k-user");
  });
});

describe("a keyring", () => {
  it("skips what its master keys don't open, and tells of it once without showing anything", () => {
    const lines: string[] = [];
    const log = createLog((line) => lines.push(line), clock, "proxy");
    const keyring = createKeyring({ masterKeys: parseMasterKeys(makeMasterKey(random)), log });
    const parts = { ...sources(all), secretOf: keyring.secretOf };
    for (let n = 0; n < 2; n++) {
      const { key, skipped } = chooseKey(provider, owner, parts);
      expect(key?.level).toBe("environment");
      expect(skipped).toHaveLength(5);
      expect(skipped[0]).toEqual({ level: "user", keyId: "k-user", reason: "sealed" });
    }
    expect(lines).toHaveLength(5);
    expect(lines.join()).not.toContain("secret-of");
    expect(lines.join()).not.toContain(all[0]!.envelope!.ciphertext);
  });

  it("opens nothing without master keys, nor a key in another's place", () => {
    const key = all[0]!;
    expect(createKeyring({ masterKeys: null, log: silentLog }).secretOf(key)).toBeNull();
    const keyring = createKeyring({ masterKeys, log: silentLog });
    expect(keyring.secretOf(key)).toBe("secret-of-k-user");
    expect(keyring.secretOf({ ...key, ownerId: "acc-2/u-1" })).toBeNull();
    expect(keyring.secretOf({ ...key, envelope: null })).toBeNull();
  });
});
