/** A chat completion that is not a stream. @module */
import type { AnswerReading, Bytes } from "../dialect.ts";
import { jsonAnswer } from "../json_answer.ts";
import { reportedCostNanoUsd } from "../reported_cost.ts";
import { countChoices, NOTHING_COUNTED } from "../text.ts";
import { type UpstreamFailure, upstreamFailure } from "../../upstream/error_class.ts";
import { classifyErrorMember } from "./failure.ts";
import { usageOf } from "./usage.ts";

/** Reads a whole answer; an `error` member means failure even with status 200. */
export function readAnswer(body: Bytes): AnswerReading | UpstreamFailure {
  const answer = jsonAnswer(body);
  if ("failure" in answer) return answer;
  const { json } = answer;
  if (json.error !== undefined && json.error !== null) return classifyErrorMember(json.error);
  if (!Array.isArray(json.choices)) {
    return upstreamFailure("malformed", "The provider's answer has no choices.");
  }
  return {
    usage: usageOf(json.usage),
    raw: json.usage ?? null,
    costNanoUsd: reportedCostNanoUsd(json.usage),
    text: () => countChoices(NOTHING_COUNTED, json.choices),
  };
}
