/** A chat completion that is not a stream. @module */
import type { AnswerReading, Bytes } from "../dialect.ts";
import { jsonAnswer } from "../json_answer.ts";
import { classifyErrorMember } from "../openai_failure.ts";
import { reportIn } from "../openai_usage.ts";
import { countChoices, NOTHING_COUNTED } from "../text.ts";
import { type UpstreamFailure, upstreamFailure } from "../../failures/mod.ts";

/** Reads a whole answer; an `error` member means failure even with status 200. */
export function readAnswer(body: Bytes): AnswerReading | UpstreamFailure {
  const answer = jsonAnswer(body);
  if ("failure" in answer) return answer;
  const { json } = answer;
  if (json.error !== undefined && json.error !== null) return classifyErrorMember(json.error);
  if (!Array.isArray(json.choices)) {
    return upstreamFailure("malformed", "The provider's answer has no choices.");
  }
  return { ...reportIn(json), text: () => countChoices(NOTHING_COUNTED, json.choices) };
}
