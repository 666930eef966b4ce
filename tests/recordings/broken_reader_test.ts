import { describe, expect, it } from "vitest";
import { lineOf } from "../../scripts/recordings/mod.ts";
import { dialectOf } from "../../proxy/dialects/mod.ts";
import type { Usage } from "../../shared/usage/mod.ts";
import { recordingsOf } from "./folder.ts";
import {
  clientRequest,
  parseRecording,
  readerOf,
  readRecordings,
  type Recording,
  runStream,
} from "./mod.ts";

const dialect = dialectOf("openai.chat.completions");

/** What the reader says of a recording's usage. */
async function read(recording: Recording): Promise<Usage> {
  const { parsed } = await parseRecording(dialect, recording);
  if ("failure" in parsed) throw new Error(parsed.failure.message);
  const reading = readerOf(dialect, parsed.request, recording);
  const { usage } = reading.reader.streams
    ? runStream(reading, [reading.bytes]).state
    : { usage: null, ...reading.reader.readAnswer(reading.bytes, reading.head) };
  return usage ?? {};
}

/** The line of a replay in which this usage was settled. */
function lineWith(recording: Recording, usage: Usage) {
  const client = clientRequest(recording);
  if (client === null) throw new Error("no path");
  return lineOf({
    recording,
    client,
    outcome: { status: 200, requestId: "1", error: null, bytes: 1, left: false, broken: null },
    receipt: {
      state: "settled",
      hold: "10",
      charged: "1",
      unbilled: "0",
      usage: usage as Record<string, number>,
      evidence: "reported",
      call: { outcome: "completed", attempts: [] },
    },
    price: "catalogue",
    chunks: 1,
    leftAfterChunk: null,
  });
}

const moved = (usage: Usage, from: keyof Usage, to: keyof Usage): Usage => ({
  ...usage,
  [from]: 0,
  [to]: (usage[to] ?? 0) + (usage[from] ?? 0),
});

/** Mistakes that readers of usage make. */
const MISTAKES: readonly (readonly [string, (usage: Usage) => Usage, string])[] = [
  [
    "cached tokens are taken for fresh ones",
    (u) => moved(u, "cached_input", "input"),
    "cached_input",
  ],
  [
    "cached tokens are counted twice",
    (u) => ({ ...u, input: (u.input ?? 0) + (u.cached_input ?? 0) }),
    "input_total",
  ],
  ["reasoning is not told apart", (u) => moved(u, "reasoning", "output"), "reasoning"],
  ["reasoning is forgotten", (u) => ({ ...u, reasoning: 0 }), "output_total"],
  [
    "cumulative reports are summed",
    (u) => ({ ...u, input: 2 * (u.input ?? 0) }),
    "input_total",
  ],
  ["the sides are swapped", (u) => ({ ...u, input: u.output, output: u.input }), "input_total"],
  ["output is forgotten", ({ output: _, reasoning: __, ...u }) => u, "output_total"],
];

describe("a broken reader of usage", () => {
  const [recording] = readRecordings({ api: "openai.chat.completions" }).filter((each) =>
    (each.expected_usage?.cached_input_tokens ?? 0) > 0 &&
    (each.expected_usage?.reasoning_tokens ?? 0) > 0 &&
    each.expected_usage?.ambiguous.length === 0 && each.expected_usage.provider_cost_usd === null
  );
  if (recording === undefined) throw new Error("no recording with cached and reasoning tokens");

  it("is not the one that is there", async () => {
    expect(lineWith(recording, await read(recording)).verdict).toBe("matched");
  });

  it.each(MISTAKES)("is caught: %s", async (_name, mistake, what) => {
    const line = lineWith(recording, mistake(await read(recording)));
    expect(line.verdict).toBe("mismatched");
    expect(line.mismatches.map((each) => each.what)).toContain(what);
  });

  it("is caught when it claims a report that nobody made", () => {
    const [silent] = recordingsOf([
      "cloudflare-workers-ai.openai.chat.completions.json.200.9aac25053e",
    ]);
    expect(lineWith(silent!, { input: 3, output: 4 }).verdict).toBe("mismatched");
  });
});
