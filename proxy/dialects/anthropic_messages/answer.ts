/** A message that is not a stream. @module */
import { classifyInside, type UpstreamFailure, upstreamFailure } from "../../failures/mod.ts";
import { memberAt } from "../counts.ts";
import type { AnswerReading, Bytes } from "../dialect.ts";
import { wordsIn } from "../failure_words.ts";
import { jsonAnswer } from "../json_answer.ts";
import { NOTHING_COUNTED } from "../text.ts";
import { addBlock } from "./text.ts";
import { usageOf } from "./usage.ts";

/** Reads a whole answer; an error in it means failure even with status 200. */
export function readAnswer(body: Bytes): AnswerReading | UpstreamFailure {
  const answer = jsonAnswer(body);
  if ("failure" in answer) return answer;
  const { json } = answer;
  if (json.type === "error" || typeof memberAt(json, "error") === "object" && json.error !== null) {
    return classifyInside(wordsIn(json));
  }
  const { content } = json;
  if (!Array.isArray(content)) {
    return upstreamFailure("malformed", "The provider's answer has no content.");
  }
  return {
    usage: usageOf(json.usage),
    raw: json.usage ?? null,
    costNanoUsd: null,
    text: () => content.reduce(addBlock, NOTHING_COUNTED),
  };
}
