import { describe, expect, it } from "vitest";
import { clientRequest, packed, readRecordings, recordedApis, unpacked } from "./mod.ts";

const recordings = readRecordings();

describe("the recorded exchanges", () => {
  it("are all here, each once, with where it comes from", () => {
    expect(recordings.length).toBe(2_694);
    expect(new Set(recordings.map(({ id }) => id)).size).toBe(2_694);
    expect(recordings.filter(({ source }) => !source.repo || !source.path || !source.commit))
      .toEqual([]);
    const licences = new Set(recordings.map(({ source }) => source.license));
    expect([...licences].sort()).toEqual(["Apache-2.0", "Apache-2.0 OR BSD-3-Clause", "MIT"]);
  });

  it("are found by API, provider and streaming", () => {
    const found = readRecordings({ api: "openai.chat.completions", provider: "groq" });
    expect(found.length).toBe(
      recordings.filter(({ api, provider }) =>
        api === "openai.chat.completions" && provider === "groq"
      ).length,
    );
    const streams = readRecordings({ api: ["ollama.chat", "cohere.chat"], streaming: true });
    expect(new Set(streams.map(({ api }) => api))).toEqual(new Set(["ollama.chat", "cohere.chat"]));
    expect(streams.every(({ streaming }) => streaming)).toBe(true);
    expect(() => readRecordings({ api: "nobody.knows" })).toThrow(Deno.errors.NotFound);
  });

  it("are packed the same way in any order", () => {
    const some = readRecordings({ api: "ollama.embed" });
    const bytes = packed(some);
    expect(packed(some.toReversed())).toEqual(bytes);
    expect(unpacked(bytes)).toEqual(some);
  });

  it("can all be said to this product, at a path of each API", () => {
    expect(recordings.filter((each) => clientRequest(each) === null)).toEqual([]);
    expect(recordedApis()).toHaveLength(30);
  });

  it("are said as recorded, but for a model that a path of ours does not name", () => {
    for (const recording of recordings) {
      const request = clientRequest(recording);
      const { body } = recording.request;
      if (request?.body.kind !== "json" || typeof body !== "object" || body === null) continue;
      const { model: _model, ...rest } = request.body.json;
      const { model: _recorded, ...recorded } = body;
      expect(rest).toEqual(recorded);
    }
  });
});
