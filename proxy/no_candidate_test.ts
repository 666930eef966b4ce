import { describe, expect, it } from "vitest";
import { noCandidate, type Nowhere } from "./no_candidate.ts";

const nowhere: Nowhere = {
  name: "openai/gpt-9",
  keyId: "key-1",
  isKnown: true,
  isAllowed: true,
  isServed: true,
  skipped: [],
};

describe("a call without candidates", () => {
  it.each<[Partial<Nowhere>, string, string]>([
    [{ isKnown: false, isAllowed: false, isServed: false }, "model_not_found", "is not for sale"],
    [{ isAllowed: false, isServed: false }, "model_not_allowed", "key-1 may not call"],
    [{ isServed: false }, "model_not_found", "no provider here serves it"],
    [{}, "model_not_found", "takes this kind of call"],
    [{ name: "auto", isKnown: false, isAllowed: false }, "model_not_found", "fits this call"],
    [
      { skipped: [{ provider: "groq", model: "any", reason: "no usable key" }] },
      "no_provider_available",
      "groq: no usable key",
    ],
  ])("%j is %s: %s", (change, code, words) => {
    const { failure } = noCandidate({ ...nowhere, ...change });
    expect(failure.code).toBe(code);
    expect(failure.message).toContain(words);
  });
});
