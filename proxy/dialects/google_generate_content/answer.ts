/** Generated content that is not a stream. @module */
import { classifyInside, type UpstreamFailure, upstreamFailure } from "../../failures/mod.ts";
import { besides, usageOrNull } from "../counts.ts";
import type { AnswerReading, Bytes } from "../dialect.ts";
import { wordsIn } from "../failure_words.ts";
import { jsonAnswer } from "../json_answer.ts";
import { NOTHING_COUNTED } from "../text.ts";
import { countCandidates } from "./text.ts";
import { searchesIn, usageOf } from "./usage.ts";

/** Reads a whole answer; a prompt that was refused has no candidates, and is an answer all the same. */
export function readAnswer(body: Bytes): AnswerReading | UpstreamFailure {
  const answer = jsonAnswer(body);
  if ("failure" in answer) return answer;
  const { json } = answer;
  if (json.error !== undefined && json.error !== null) return classifyInside(wordsIn(json));
  if (json.candidates === undefined && json.usageMetadata === undefined && !json.promptFeedback) {
    return upstreamFailure("malformed", "The provider's answer has no candidates.");
  }
  return {
    usage: usageOrNull({
      ...usageOf(json.usageMetadata),
      ...besides([["searches", searchesIn(json)]]),
    }),
    raw: json.usageMetadata ?? null,
    costNanoUsd: null,
    text: () => countCandidates(NOTHING_COUNTED, json).counted,
  };
}
