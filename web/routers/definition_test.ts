import { describe, expect, it } from "vitest";
import { BUILT_IN_ROUTERS } from "../../shared/routing/mod.ts";
import { FIRST_DEFINITION, readDefinition, textOfDefinition } from "./mod.ts";

describe("a router as text", () => {
  it.each([...BUILT_IN_ROUTERS.values(), FIRST_DEFINITION])("is the same router: %#", (router) => {
    expect(readDefinition(textOfDefinition(router))).toEqual({ ok: true, definition: router });
  });

  it.each([
    ['{\n  "name": "x",\n}', /^JSON: .*line 3/],
    ["", /^JSON: /],
    ["[]", /expected object/],
    ['{"name":"x","enabled":true,"rules":[],"fallback":[]}', /at least one rule/],
    [
      '{"name":"x","enabled":true,"rules":[],"fallback":[{"provider":"Groq","model":null}]}',
      /^fallback\[0\]\.provider: /,
    ],
    [
      '{"name":"x","enabled":true,"fallback":[],"rules":[{"name":"a","strategy":"dearest","targets":[]}]}',
      /^rules\[0\]\.strategy: /,
    ],
    [
      '{"name":"x","enabled":true,"rules":[],"fallback":[{"provider":null,"model":null,"wait":1}]}',
      /^fallback\[0\]: .*wait/,
    ],
  ])("%s is refused, and says where", (text, mistake) => {
    const read = readDefinition(text);
    expect(read.ok).toBe(false);
    expect(read.ok ? "" : read.mistakes[0]).toMatch(mistake);
  });
});
