import { describe, expect, it } from "vitest";
import { ConfigError, hasProviderKey, readProxyConfig } from "./config.ts";

const simulator = { SARGALAY_SIMULATOR_URL: "http://127.0.0.1:8790" };

describe("the settings", () => {
  it("have defaults, and an empty variable is none", () => {
    const config = readProxyConfig({ ...simulator, SARGALAY_PROXY_PORT: "", NATS_URL: "" });
    expect(config).toMatchObject({ port: 8_787, hostname: "127.0.0.1", natsUrl: null, shards: 1 });
    expect(config.targets).toMatchObject([
      { name: "simulator", baseUrl: "http://127.0.0.1:8790/v1", simulated: true },
    ]);
  });

  it("prefer named upstreams to OPENAI_API_KEY, and that to the simulator", () => {
    const openai = { ...simulator, OPENAI_API_KEY: "secret" };
    expect(readProxyConfig(openai).targets).toMatchObject([
      { name: "openai", baseUrl: "https://api.openai.com/v1", simulated: false, models: null },
    ]);
    const other = readProxyConfig({ ...openai, OPENAI_BASE_URL: "http://127.0.0.1:1/v1/" });
    expect(other.targets).toMatchObject([
      { baseUrl: "http://127.0.0.1:1/v1", profile: { onClientGone: "drain" } },
    ]);
    const named = readProxyConfig({
      ...openai,
      SARGALAY_UPSTREAMS: JSON.stringify([
        { name: "a", baseUrl: "https://a.example/v1", apiKeyEnv: "A_KEY", models: ["m"] },
        { name: "b", baseUrl: "https://b.example/v1", models: { m: "n" } },
      ]),
      A_KEY: "key-of-a",
    });
    expect(named.targets.map(({ name, apiKey }) => [name, apiKey])).toEqual([
      ["a", "key-of-a"],
      ["b", null],
    ]);
    expect(named.targets.map(({ models }) => models?.get("m"))).toEqual(["m", "n"]);
  });

  it("make a target of each built-in provider whose key is there", () => {
    const keys = { ...simulator, GROQ_API_KEY: "g", ANTHROPIC_API_KEY: "a", AZURE_API_KEY: "z" };
    const { targets, environmentKeys } = readProxyConfig(keys);
    // Azure has an address for each customer: an admin configures it.
    expect(targets.map(({ name, apiKey }) => [name, apiKey])).toEqual([
      ["groq", "g"],
      ["anthropic", "a"],
    ]);
    expect(environmentKeys.get("azure")).toBe("z");
    expect(readProxyConfig({}).targets).toEqual([]);
  });

  it.each([
    [{ GEMINI_API_KEY: "g", CO_API_KEY: "c" }, [["google", "g"], ["cohere", "c"]]],
    [{ GEMINI_API_KEY: "g", GOOGLE_API_KEY: "first" }, [["google", "first"]]],
    [{ GEMINI_API_KEY: "" }, []],
  ])("take the names that providers' own clients read: %j", (keys, expected) => {
    const { targets } = readProxyConfig(keys);
    expect(targets.map(({ name, apiKey }) => [name, apiKey])).toEqual(expected);
    expect(hasProviderKey(keys)).toBe(expected.length > 0);
  });

  it.each([
    [{ ...simulator, SARGALAY_PROXY_PORT: "80x" }, "SARGALAY_PROXY_PORT"],
    [{ ...simulator, SARGALAY_PROXY_PORT: "70000" }, "SARGALAY_PROXY_PORT"],
    [{ ...simulator, NATS_URL: "http://x" }, "NATS_URL"],
    [{ SARGALAY_SIMULATOR_URL: "nonsense" }, "SARGALAY_SIMULATOR_URL"],
    [{ SARGALAY_UPSTREAMS: "{" }, "SARGALAY_UPSTREAMS"],
    [{ SARGALAY_UPSTREAMS: "[]" }, "SARGALAY_UPSTREAMS"],
    [{ SARGALAY_UPSTREAMS: '[{"name":"a","baseUrl":"http://x","typo":1}]' }, "SARGALAY_UPSTREAMS"],
    [
      { SARGALAY_UPSTREAMS: '[{"name":"a","baseUrl":"http://x","apiKeyEnv":"GONE_KEY"}]' },
      "GONE_KEY",
    ],
    [{ ...simulator, SARGALAY_PROXY_IDLE_MS: "-5" }, "SARGALAY_PROXY_IDLE_MS"],
  ])("%j is refused, naming %s", (environment, name) => {
    expect(() => readProxyConfig(environment)).toThrow(ConfigError);
    expect(() => readProxyConfig(environment)).toThrow(name);
  });

  it("never repeat a secret in an error", () => {
    const environment = { OPENAI_API_KEY: "very-secret", SARGALAY_PROXY_PORT: "x" };
    try {
      readProxyConfig(environment);
    } catch (error) {
      expect(String(error)).not.toContain("very-secret");
    }
  });
});
