import { describe, expect, it } from "vitest";
import { edgeConfigPageSchema } from "../../shared/edge_config/mod.ts";
import { FollowedRouting } from "./edge_routing.ts";

const page = (items: Record<string, unknown>) =>
  edgeConfigPageSchema.parse({ position: "1", keys: [], models: [], more: false, ...items });
const provider = (name: string, priority: number, enabled = true) => ({
  provider: name,
  providerVersion: 1,
  profile: name,
  baseUrl: null,
  enabled,
  models: null,
  priority,
});
const key = (keyId: string, level: string, ownerId: string | null, removed = false) => ({
  keyId,
  keyVersion: 1,
  provider: "groq",
  level,
  ownerId,
  envelope: removed ? null : {
    algorithm: "A256GCM",
    masterKeyId: "mk",
    wrapNonce: "A".repeat(16),
    wrappedKey: "A".repeat(64),
    nonce: "A".repeat(16),
    ciphertext: "A".repeat(24),
  },
  fingerprint: { last4: "", sha256Prefix: "00000000" },
});
const router = (routerId: string, name: string | null, enabled = true) => ({
  routerId,
  routerVersion: 1,
  definition: name === null
    ? null
    : { name, enabled, rules: [], fallback: [{ provider: "groq", model: null }] },
});

describe("the followed routing", () => {
  it("has providers by priority and name, as they are configured last", () => {
    const routing = new FollowedRouting();
    routing.apply(page({ providers: [provider("b", 2), provider("c", 1), provider("a", 2)] }));
    routing.apply(page({ providers: [provider("c", 3, false)] }));
    expect(routing.providers().map((one) => [one.provider, one.enabled]))
      .toEqual([["a", true], ["b", true], ["c", false]]);
  });

  it("finds keys by whose they are, until they are removed", () => {
    const routing = new FollowedRouting();
    const keys = [
      key("k-1", "system", null),
      key("k-2", "organisation", "acc-1"),
      key("k-3", "system", null),
    ];
    routing.apply(page({ providerKeys: keys }));
    const ids = (level: "system" | "organisation" | "tier", owner: string | null) =>
      routing.providerKeys("groq", level, owner).map(({ keyId }) => keyId);
    expect(ids("system", null)).toEqual(["k-1", "k-3"]);
    expect(ids("organisation", "acc-1")).toEqual(["k-2"]);
    expect(ids("organisation", "acc-2")).toEqual([]);
    expect(ids("tier", "acc-1")).toEqual([]);
    routing.apply(page({ providerKeys: [key("k-1", "system", null, true)] }));
    expect(ids("system", null)).toEqual(["k-3"]);
  });

  it("has the built-in router until another takes its id, and again after that one's removal", () => {
    const routing = new FollowedRouting();
    const chain = () =>
      routing.router("free-first")?.definition.fallback.map((target) => target.provider);
    const built = ["groq", "sambanova", "cerebras", "gemini", "openrouter", "simulator"];
    expect(chain()).toEqual(built);
    routing.apply(page({ routers: [router("free-first", "Ours"), router("own", "Own")] }));
    expect(routing.router("free-first")).toMatchObject({
      routerVersion: 1,
      definition: { name: "Ours" },
    });
    expect(routing.router("own")?.definition.name).toBe("Own");
    routing.apply(page({ routers: [router("free-first", null), router("own", null)] }));
    expect(chain()).toEqual(built);
    expect(routing.router("own")).toBeUndefined();
    routing.apply(page({ routers: [router("free-first", "Ours", false)] }));
    expect(routing.router("free-first")).toBeUndefined();
  });

  it("forgets an alias without models", () => {
    const routing = new FollowedRouting();
    routing.apply(page({ aliases: [{ alias: "fast", aliasVersion: 1, models: ["m"] }] }));
    expect([...routing.aliases()]).toEqual([["fast", ["m"]]]);
    routing.apply(page({ aliases: [{ alias: "fast", aliasVersion: 2, models: [] }] }));
    expect([...routing.aliases()]).toEqual([]);
  });
});
