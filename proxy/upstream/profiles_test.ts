import { describe, expect, it } from "vitest";
import { providerNameSchema } from "../../shared/routing/mod.ts";
import { readRecordings, recordedApis } from "../../tests/recordings/mod.ts";
import { builtInDialects } from "../dialects/mod.ts";
import { profileFor, profileOf, PROFILES } from "./mod.ts";

describe("the built-in providers", () => {
  it("have names of their own, which settings and routers can say", () => {
    const names = PROFILES.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    const unspeakable = names.filter((name) =>
      name !== "openai_compatible" && !providerNameSchema.safeParse(name).success
    );
    expect(unspeakable).toEqual([]);
  });

  it.each(PROFILES.map((profile) => [profile.name, profile] as const))(
    "%s has an address, paths of dialects that are built in, and a source",
    (_name, { baseUrl, dialects, source, inputOverheadTokens, outputSlackTokens }) => {
      expect(["http:", "https:"]).toContain(new URL(baseUrl).protocol);
      expect(baseUrl).not.toMatch(/\/$/);
      expect(Object.keys(dialects).length).toBeGreaterThan(0);
      for (const [dialect, path] of Object.entries(dialects)) {
        expect(builtInDialects()).toContain(dialect);
        expect(path).toMatch(/^\/./);
      }
      expect(source).not.toBe("");
      for (const tokens of [inputOverheadTokens ?? 0, outputSlackTokens ?? 0]) {
        expect(Number.isSafeInteger(tokens) && tokens >= 0).toBe(true);
      }
    },
  );

  it("limit reasoning or not, some of them by the model", () => {
    const limits = (name: string, model: string) => {
      const profile = profileOf(name);
      if (profile === undefined) throw new Error(`there is no ${name}`);
      return profileFor(profile, model).limitsReasoning ?? true;
    };
    expect(limits("openai", "gpt-5")).toBe(true);
    expect(limits("xai", "grok-4")).toBe(false);
    expect(limits("openrouter", "x-ai/grok-4")).toBe(false);
    expect(limits("openrouter", "openai/gpt-5")).toBe(true);
  });

  // The first has a record of its own for that API, the second took it from another provider's path.
  const elsewhere = ["google openai.chat.completions", "huggingface openai.images.generations"];

  it("serve what was recorded of them", () => {
    const unserved = new Set<string>();
    for (const api of recordedApis().filter((each) => each.startsWith("openai."))) {
      for (const { provider, response } of readRecordings({ api })) {
        const profile = profileOf(provider);
        const path = profile?.dialects[api as keyof typeof profile.dialects];
        if (profile !== undefined && path === undefined && response.status < 300) {
          unserved.add(`${provider} ${api}`);
        }
      }
    }
    expect([...unserved].sort()).toEqual(elsewhere);
  });
});
