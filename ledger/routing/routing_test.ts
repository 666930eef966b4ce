import { describe, expect, it } from "vitest";
import { edgeConfigPageSchema } from "../../shared/edge_config/mod.ts";
import { streamOf } from "../../shared/events/mod.ts";
import { toJsonValue } from "../../shared/json.ts";
import { changesAfter } from "../shard/queries.ts";
import { command, Scenario } from "../shard/scenario.ts";

const page = (scenario: Scenario, after = 0n) =>
  edgeConfigPageSchema.parse(toJsonValue(changesAfter(scenario.state, after, 100)));

describe("routing in the log", () => {
  it("numbers each name by itself, through removals, on streams of their own", () => {
    const scenario = new Scenario();
    scenario.given(
      command("ConfigureProvider"),
      command("StoreProviderKey"),
      command("ConfigureProvider", { enabled: false }),
      command("RewrapProviderKey"),
      command("RemoveProviderKey"),
      command("ConfigureRouter"),
      command("RemoveRouter"),
      command("ConfigureRouter"),
      command("SetModelAlias"),
      command("SetModelAlias", { models: [] }),
    );
    const versionOf = (payload: object) =>
      Object.entries(payload).find(([name]) => name.endsWith("Version"))?.[1];
    expect(
      scenario.log.map(({ event }) => [event.type, streamOf(event), versionOf(event.payload)]),
    ).toEqual([
      ["ProviderConfigured", "provider-groq", 1],
      ["ProviderKeyStored", "provider-groq", 1],
      ["ProviderConfigured", "provider-groq", 2],
      ["ProviderKeyStored", "provider-groq", 2],
      ["ProviderKeyRemoved", "provider-groq", 3],
      ["RouterConfigured", "router-router-1", 1],
      ["RouterRemoved", "router-router-1", 2],
      ["RouterConfigured", "router-router-1", 3],
      ["ModelAliasSet", "model-alias-fast", 1],
      ["ModelAliasSet", "model-alias-fast", 2],
    ]);
  });

  it("whose version is not the next means a damaged log", () => {
    const scenario = new Scenario();
    const payload = { routerId: "router-1", routerVersion: 2, reason: "x" };
    expect(() => scenario.append({ type: "RouterRemoved", payload })).toThrow(RangeError);
    const removed = { provider: "groq", keyId: "pk-1", keyVersion: 1, reason: "x" };
    expect(() => scenario.append({ type: "ProviderKeyRemoved", payload: removed })).toThrow(
      RangeError,
    );
  });

  it("keeps level, owner and fingerprint of a key that is re-wrapped", () => {
    const scenario = new Scenario();
    scenario.given(command("StoreProviderKey", { level: "user", ownerId: "acc-1/u-1" }));
    const [event] = scenario.given(command("RewrapProviderKey"));
    expect(event!.payload).toMatchObject({
      keyVersion: 2,
      level: "user",
      ownerId: "acc-1/u-1",
      fingerprint: { last4: "abcd" },
      envelope: { masterKeyId: "mk-2" },
    });
  });

  it("lets an account remove its own keys and those of its users, and no others", () => {
    const scenario = new Scenario();
    scenario.given(
      command("StoreProviderKey", { keyId: "k-1", level: "organisation", ownerId: "acc-1" }),
      command("StoreProviderKey", { keyId: "k-2", level: "user", ownerId: "acc-1/u-1" }),
      command("StoreProviderKey", { keyId: "k-3", level: "user", ownerId: "acc-2/u-1" }),
    );
    const remove = (keyId: string) =>
      scenario.attempt(command("RemoveProviderKey", { keyId, ownerId: "acc-1" })).status;
    expect(["k-1", "k-2", "k-3"].map(remove)).toEqual(["accepted", "accepted", "rejected"]);
  });
});

describe("what edges read of routing", () => {
  it("is the newest state of everything, and of what is gone only that it is", () => {
    const scenario = new Scenario();
    scenario.given(
      command("ConfigureProvider"),
      command("StoreProviderKey"),
      command("StoreProviderKey", { keyId: "pk-2" }),
      command("ConfigureRouter"),
      command("SetModelAlias"),
    );
    expect(page(scenario)).toMatchObject({
      position: "5",
      providers: [{ provider: "groq", enabled: true }],
      providerKeys: [{ keyId: "pk-1", envelope: { masterKeyId: "mk-1" } }, { keyId: "pk-2" }],
      routers: [{ routerId: "router-1", definition: { name: "First" } }],
      aliases: [{ alias: "fast", models: ["model-1"] }],
    });
    scenario.given(
      command("RemoveProviderKey"),
      command("RemoveRouter"),
      command("SetModelAlias", { models: [] }),
    );
    expect(page(scenario, 5n)).toMatchObject({
      position: "8",
      providers: [],
      providerKeys: [{
        keyId: "pk-1",
        keyVersion: 2,
        provider: "groq",
        level: "system",
        ownerId: null,
        envelope: null,
        fingerprint: { last4: "abcd", sha256Prefix: "01234567" },
      }],
      routers: [{ routerId: "router-1", routerVersion: 2, definition: null }],
      aliases: [{ alias: "fast", aliasVersion: 2, models: [] }],
      more: false,
    });
    expect(page(scenario).providerKeys.map(({ keyId, envelope }) => [keyId, envelope !== null]))
      .toEqual([["pk-2", true], ["pk-1", false]]);
  });

  it("is read past by a ledger's page from before routing", () => {
    const old = { position: "0", keys: [], models: [], more: false };
    expect(edgeConfigPageSchema.parse(old)).toMatchObject({ providers: [], aliases: [] });
  });
});
