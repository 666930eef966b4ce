import { describe, expect, it } from "vitest";
import { arrivedJson, requestOf } from "../../../tests/dialects/mod.ts";
import type { JsonObject } from "../../../shared/json.ts";
import { boundCall } from "../../bounds/mod.ts";
import { openaiEmbeddings } from "./mod.ts";

const model = { contextWindowTokens: 8_192, maxOutputTokens: 1 };
const bound = (input: JsonObject[string]) =>
  boundCall(requestOf(openaiEmbeddings, arrivedJson({ model: "m", input })), model);

describe("the input of an embedding", () => {
  it("is never more than the model's window for one text, or for its tokens", () => {
    for (const input of ["x".repeat(50_000), Array.from({ length: 20_000 }, () => 7)]) {
      expect(bound(input)).toMatchObject({ inputTokensBound: 8_192 });
      expect(bound(input)).not.toHaveProperty("contextReadings");
    }
  });

  it("has a window for each of several texts, as far as they need one", () => {
    const long = bound(Array.from({ length: 20 }, () => "x".repeat(2_000)));
    expect(long.inputTokensBound).toBeGreaterThan(40_000);
    expect(long.inputTokensBound).toBeLessThan(42_000);
    expect(long.contextReadings).toBe(5);
    const short = bound(Array.from({ length: 20 }, () => "x"));
    expect(short.inputTokensBound).toBeLessThan(700);
    expect(short).not.toHaveProperty("contextReadings");
  });

  it("has no output", () => {
    expect(bound("x")).toMatchObject({ outputTokensRequested: 0, minimumOutputTokens: 0 });
  });
});
