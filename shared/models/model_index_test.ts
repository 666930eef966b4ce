import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bareModelName, createModelIndex } from "./mod.ts";

const models = [
  "anthropic/claude-3-5-sonnet",
  "fireworks/accounts/fireworks/models/llama-v3p1-8b-instruct",
  "gpt-4o-mini",
  "groq/openai/gpt-oss-120b",
  "openai/gpt-4o-mini",
  "openai/gpt-4o-mini-2024-07-18",
  "openrouter/anthropic/Claude-3.5-Sonnet",
  "openrouter/openai/gpt-4o-mini",
  "openrouter/openai/gpt-oss-120b",
  "openrouter/openai/gpt-oss-120b:free",
].map((model) => ({ model }));
const aliases = new Map([
  ["claude-sonnet-latest", ["anthropic/claude-3-5-sonnet"]],
  ["cheap", ["gpt-4o-mini", "gone/model", "openai/gpt-4o-mini"]],
  ["openai/gpt-4o-mini-2024-07-18", ["openai/gpt-4o-mini"]],
  ["round", ["cheap"]],
]);
const index = createModelIndex(models, aliases);
const named = (name: string) => index.resolve(name).map(({ model }) => model);

describe("a model's name", () => {
  // deno-fmt-ignore
  it.each([
    ["of ours means that model alone", "openai/gpt-4o-mini", ["openai/gpt-4o-mini"]],
    ["of ours may hold more slashes", "groq/openai/gpt-oss-120b", ["groq/openai/gpt-oss-120b"]],
    ["without a provider means every provider's, its own name first", "gpt-4o-mini", ["gpt-4o-mini", "openai/gpt-4o-mini", "openrouter/openai/gpt-4o-mini"]],
    ["as providers call it means theirs", "openai/gpt-oss-120b", ["groq/openai/gpt-oss-120b", "openrouter/openai/gpt-oss-120b"]],
    ["does not mean a variant of it", "gpt-oss-120b", ["groq/openai/gpt-oss-120b", "openrouter/openai/gpt-oss-120b"]],
    ["may be the variant's", "gpt-oss-120b:free", ["openrouter/openai/gpt-oss-120b:free"]],
    ["is compared without case and punctuation", "CLAUDE-3.5-sonnet", ["anthropic/claude-3-5-sonnet", "openrouter/anthropic/Claude-3.5-Sonnet"]],
    ["is compared without Fireworks' points", "llama-v3.1-8b-instruct", ["fireworks/accounts/fireworks/models/llama-v3p1-8b-instruct"]],
    ["may be an alias", "claude-sonnet-latest", ["anthropic/claude-3-5-sonnet"]],
    ["by an alias means each of its models once", "cheap", ["gpt-4o-mini", "openai/gpt-4o-mini", "openrouter/openai/gpt-4o-mini"]],
    ["that is an alias is no longer the model's", "openai/gpt-4o-mini-2024-07-18", ["openai/gpt-4o-mini"]],
    ["leads from no alias to another", "round", []],
    ["that nobody sells means nothing", "gpt-5", []],
    ["with a provider means nobody else's", "azure/gpt-4o-mini", []],
    ["that is empty means nothing", "", []],
  ])("%s", (_, name, expected) => {
    expect(named(name)).toEqual(expected);
  });

  it("of any model for sale always means that model, and its last part does as well", () => {
    const part = fc.stringMatching(/^[a-z0-9][a-z0-9.-]{0,12}$/);
    const name = fc.array(part, { minLength: 2, maxLength: 4 }).map((parts) => parts.join("/"));
    fc.assert(fc.property(fc.uniqueArray(name, { minLength: 1, maxLength: 20 }), (names) => {
      const all = createModelIndex(names.map((model) => ({ model })));
      for (const model of names) {
        expect(all.resolve(model)).toEqual([{ model }]);
        const bare = model.slice(model.lastIndexOf("/") + 1);
        expect(all.resolve(bare)).toContainEqual({ model });
        for (const found of all.resolve(bare)) {
          expect(bareModelName(found.model)).toBe(bareModelName(bare));
        }
      }
    }));
  });
});
