import { describe, expect, it } from "vitest";
import { readRecordingsOptions } from "./options.ts";

describe("the options of a replay", () => {
  it("are a folder and standards", () => {
    expect(readRecordingsOptions(["folder"])).toEqual({
      folder: "folder",
      json: false,
      chunking: "events",
      seed: 1,
      parallel: 16,
      abort: null,
      demoFile: null,
      upstreamPort: 0,
      printUpstreams: false,
    });
  });

  it("are read in any order", () => {
    const args = ["--abort", "every", "--seed", "9", "folder", "--json", "--chunks", "random"];
    expect(readRecordingsOptions(args)).toMatchObject({
      folder: "folder",
      json: true,
      chunking: "random",
      seed: 9,
      abort: "every",
    });
    expect(readRecordingsOptions(["folder", "--abort", "3"]).abort).toBe(3);
  });

  it.each([
    [[], "name one folder"],
    [["a", "b"], "name one folder"],
    [["a", "--loud"], "no option --loud"],
    [["a", "--seed"], "--seed needs a value"],
    [["a", "--seed", "-1"], "--seed is -1"],
    [["a", "--abort", "0"], "--abort is 0"],
    [["a", "--chunks", "halves"], "--chunks is halves"],
    [["a", "--demo", "demo.json"], "--demo needs --upstream-port"],
  ])("%j is refused: %s", (args, message) => {
    expect(() => readRecordingsOptions(args)).toThrow(message);
  });
});
