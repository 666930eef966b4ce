import { describe, expect, it } from "vitest";
import { readBeginning } from "./beginning.ts";

const written = 'He said "မင်္ဂလာပါ" \\ {"content":"no"}\n😀';
const answer = JSON.stringify({
  id: "chatcmpl-1",
  model: "content",
  choices: [{
    index: 0,
    message: {
      role: "assistant",
      reasoning: "Hmm",
      reasoning_content: "Hmm",
      content: written,
      refusal: null,
      tool_calls: [{ id: "call_1", function: { name: "f", arguments: '{"a":1}' } }],
    },
    logprobs: { content: [{ token: "He", top_logprobs: [] }] },
    finish_reason: "stop",
  }],
  usage: { prompt_tokens: 1, completion_tokens: 2 },
});
const beginning = (text: string) => readBeginning(new TextEncoder().encode(text));
const length = ({ ascii, other }: { ascii: number; other: number }) => ascii + other;

describe("the text of an answer that broke off", () => {
  it("is all of it when nothing is missing", () => {
    expect(length(beginning(answer))).toBe("Hmm".length + written.length + '{"a":1}'.length);
    expect(beginning(answer).other).toBe([...written].join("").replace(/[\0-\x7f]/g, "").length);
  });

  it("only grows, by what came, wherever the answer is cut", () => {
    let before = 0;
    for (let at = 0; at <= answer.length; at++) {
      const now = length(beginning(answer.slice(0, at)));
      // The escape of one character may be cut in two, and so may a character of two units.
      expect(now).toBeGreaterThanOrEqual(before);
      expect(now).toBeLessThanOrEqual(before + 2);
      before = now;
    }
  });

  it("counts the unfinished text", () => {
    expect(beginning('{"choices":[{"message":{"content" : "Hello wor')).toEqual({
      ascii: "Hello wor".length,
      other: 0,
    });
  });

  it.each(["", "{", '{"', "not JSON", '{"choices":[{"message":{"content":'])(
    "%j has none",
    (text) => {
      expect(beginning(text)).toEqual({ ascii: 0, other: 0 });
    },
  );
});
