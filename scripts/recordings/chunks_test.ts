import { describe, expect, it } from "vitest";
import { answerBytes, readRecordings } from "../../tests/recordings/mod.ts";
import { chunksOf } from "./chunks.ts";

const recordings = [
  ...readRecordings({ api: "bedrock.converse-stream", streaming: true }).slice(0, 3),
  ...readRecordings({ api: "ollama.chat", streaming: true }).slice(0, 3),
  ...readRecordings({ api: "openai.chat.completions", streaming: true }).slice(0, 20),
];

const joined = (chunks: readonly Uint8Array[]) => chunks.flatMap((chunk) => [...chunk]);

describe("the chunks of a replay", () => {
  it.each(recordings.map((each) => [each.id, each] as const))(
    "%s: however it is cut, every byte comes once",
    (_id, recording) => {
      const bytes = [...answerBytes(recording)];
      for (const chunking of ["whole", "events", "random"] as const) {
        const chunks = chunksOf(recording, chunking, 3);
        expect(joined(chunks)).toEqual(bytes);
        expect(chunks.every(({ length }) => length > 0)).toBe(true);
      }
      expect(chunksOf(recording, "whole", 3)).toHaveLength(1);
      expect(chunksOf(recording, "events", 3).length).toBeGreaterThan(1);
    },
  );

  it("are the same for the same seed, and others for another", () => {
    const [recording] = recordings;
    const lengths = (seed: number) =>
      chunksOf(recording!, "random", seed).map(({ length }) => length);
    expect(lengths(1)).toEqual(lengths(1));
    expect(lengths(1)).not.toEqual(lengths(2));
  });
});
