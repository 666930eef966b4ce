import { describe, expect, it } from "vitest";
import { measure } from "./mod.ts";

const seen = { complete: true, hasOutput: true, inputTokens: () => 11, outputTokens: () => 7 };

describe("the usage to settle on", () => {
  it.each(
    [
      ["a report of a complete answer", { reported: { input: 3, output: 4 } }, {
        usage: { input: 3, output: 4 },
        evidence: "reported",
      }],
      ["a reported zero, which is not silence", { reported: { input: 0, output: 0 } }, {
        usage: { input: 0, output: 0 },
        evidence: "reported",
      }],
      ["no report", { reported: null }, { usage: { input: 11, output: 7 }, evidence: "observed" }],
      ["a running report when the stream broke off, which may not be the last", {
        reported: { input: 3, output: 2 },
        complete: false,
      }, { usage: { input: 3, output: 2 }, evidence: "observed" }],
      ["a report of units alone, beside which no tokens are made up", {
        reported: { characters: 120 },
      }, { usage: { characters: 120 }, evidence: "reported" }],
      ["a search beside no tokens, which are estimated", { reported: { searches: 1 } }, {
        usage: { searches: 1, input: 11, output: 7 },
        evidence: "observed",
      }],
      ["a call without output", { reported: { input: 3 }, hasOutput: false }, {
        usage: { input: 3 },
        evidence: "reported",
      }],
      ["a report of the input alone when the stream broke off", {
        reported: { input: 3, cached_input: 1, output: 0 },
        complete: false,
      }, { usage: { input: 3, cached_input: 1, output: 7 }, evidence: "observed" }],
      ["a report without input, which is estimated", { reported: { output: 4, reasoning: 1 } }, {
        usage: { input: 11, output: 4, reasoning: 1 },
        evidence: "observed",
      }],
      ["a report without output, which is counted, at a complete answer's end too", {
        reported: { input: 3, cached_input: 2 },
      }, { usage: { input: 3, cached_input: 2, output: 7 }, evidence: "observed" }],
      ["an empty report, which is none", { reported: {} }, {
        usage: { input: 11, output: 7 },
        evidence: "observed",
      }],
      ["reasoning alone is output too", {
        reported: { input: 3, output: 0, reasoning: 5 },
        complete: false,
      }, { usage: { input: 3, output: 0, reasoning: 5 }, evidence: "observed" }],
    ] as const,
  )("%s", (_name, evidence, expected) => {
    expect(measure({ ...seen, ...evidence })).toEqual(expected);
  });
});
