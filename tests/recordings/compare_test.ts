import { describe, expect, it } from "vitest";
import type { Usage } from "../../shared/usage/mod.ts";
import {
  compareCost,
  compareUsage,
  expectedUnits,
  type ExpectedUsage,
  readRecordings,
  type Recording,
} from "./mod.ts";

const [template] = readRecordings({ api: "openai.chat.completions", provider: "ai21" });
if (template === undefined) throw new Error("no recording to change");

type Reports = Partial<ExpectedUsage> & { input?: number | null; output?: number | null };

function recordingOf({ input = null, output = null, ...reports }: Reports): Recording {
  const nothing = Object.fromEntries(
    Object.keys(template!.expected_usage!).map((name) => [name, null]),
  );
  const inclusive = { input_total: input, input_uncached: null, output_total: output };
  return {
    ...template!,
    expected_usage: {
      ...nothing,
      ambiguous: [],
      occurrences: [],
      inclusive,
      ...reports,
    } as unknown as ExpectedUsage,
  };
}

const differences = (metered: Usage | null, reports: Reports) =>
  compareUsage(metered, recordingOf(reports)).map(({ what }) => what);

describe("comparing metered usage with a recording", () => {
  it.each<[string, Usage | null, Reports, string[]]>([
    ["the same", { input: 5, output: 2 }, { input: 5, output: 2 }, []],
    ["one too many", { input: 6, output: 2 }, { input: 5, output: 2 }, ["input_total"]],
    ["a side missing", { input: 5 }, { input: 5, output: 2 }, ["output_total"]],
    ["a side that nobody reported", { input: 5, output: 2 }, { input: 5 }, ["output_total"]],
    ["zero is a report", { input: 5, output: 0 }, { input: 5, output: 0 }, []],
    ["and not silence", { input: 5 }, { input: 5, output: 0 }, ["output_total"]],
    ["nothing at all", null, {}, []],
    [
      "cached tokens inside the input",
      { input: 3, cached_input: 2, output: 1 },
      { input: 5, output: 1, cached_input_tokens: 2 },
      [],
    ],
    [
      "cached tokens twice",
      { input: 5, cached_input: 2, output: 1 },
      { input: 5, output: 1, cached_input_tokens: 2 },
      ["input_total"],
    ],
    [
      "cached tokens forgotten",
      { input: 5, output: 1 },
      { input: 5, output: 1, cached_input_tokens: 2 },
      ["cached_input"],
    ],
    [
      "writes of one life in the other",
      { input: 1, cache_write_5m: 4, output: 1 },
      { input: 5, output: 1, cache_write_tokens: 4, cache_write_1h_tokens: 4 },
      ["cache_write_5m", "cache_write_1h"],
    ],
    [
      "reasoning inside the output",
      { input: 1, output: 2, reasoning: 7 },
      { input: 1, output: 9, reasoning_tokens: 7 },
      [],
    ],
    [
      "reasoning not told apart",
      { input: 1, output: 9 },
      { input: 1, output: 9, reasoning_tokens: 7 },
      ["reasoning"],
    ],
    [
      "cached sound is cached",
      { input: 1, cached_input: 3, audio_input: 1, output: 0 },
      {
        input: 5,
        output: 0,
        cached_input_tokens: 3,
        input_audio_tokens: 3,
        cached_audio_tokens: 2,
      },
      [],
    ],
    [
      "parts beyond their whole are cut to it",
      { input: 0, cached_input: 5, output: 1 },
      { input: 5, output: 1, cached_input_tokens: 9 },
      [],
    ],
    ["searches", { input: 1, output: 1 }, { input: 1, output: 1, search_units: 2 }, ["searches"]],
    [
      "seconds, rounded up",
      { input: 1, output: 1, seconds: 4 },
      { input: 1, output: 1, audio_seconds: 3.2 },
      [],
    ],
  ])("%s", (_name, metered, reports, expected) => {
    expect(differences(metered, reports)).toEqual(expected);
  });

  it("finds only broken numbers where the recording's own don't add up", () => {
    const ambiguous = { ...{ input: 5, output: 2 }, ambiguous: ["total"] };
    expect(differences({ input: 9, output: 9 }, ambiguous)).toEqual([]);
    expect(differences({ input: -1, output: 1.5 }, ambiguous)).toEqual(["input", "output"]);
  });

  it("may miss a zero once usage was settled, and nothing else", () => {
    const zero = recordingOf({ input: 5, output: 0 });
    expect(compareUsage({ input: 5 }, zero, { zeroMayBeMissing: true })).toEqual([]);
    const some = recordingOf({ input: 5, output: 1 });
    expect(compareUsage({ input: 5 }, some, { zeroMayBeMissing: true })).toHaveLength(1);
  });

  it("counts pictures and spoken characters where nobody reports tokens", () => {
    const pictures = readRecordings({ api: "openai.images.generations" })
      .filter(({ expected_usage, response }) => expected_usage === null && response.status === 200);
    const made = pictures.map((each) => expectedUnits(each).images);
    expect(made.filter((images) => images !== undefined && images > 0).length)
      .toBeGreaterThan(0);
    const spoken = readRecordings({ api: "openai.audio.speech" })
      .filter(({ response }) => response.status === 200).map((each) => expectedUnits(each));
    expect(spoken.every(({ characters }) => characters !== undefined && characters > 0)).toBe(true);
  });

  it("compares what the provider says it charges to the nanodollar", () => {
    const paid = recordingOf({ input: 1, output: 1, provider_cost_usd: 0.0000123456 });
    expect(compareCost(12_346, paid)).toBeNull();
    expect(compareCost(12_344, paid)).toMatchObject({ what: "cost", metered: 12_344 });
    expect(compareCost(null, paid)).toMatchObject({ what: "cost", metered: null });
    expect(compareCost(null, recordingOf({ input: 1, output: 1 }))).toBeNull();
  });
});
