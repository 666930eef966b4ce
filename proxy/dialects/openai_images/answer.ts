/** Pictures that come as a whole. @module */
import { type UpstreamFailure, upstreamFailure } from "../../failures/mod.ts";
import type { AnswerReading, Bytes } from "../dialect.ts";
import { jsonAnswer } from "../json_answer.ts";
import { classifyErrorMember } from "../openai_failure.ts";
import { reportIn } from "../openai_usage.ts";
import { NOTHING_COUNTED } from "../text.ts";

/** Reads a whole answer. Where it reports no tokens, its pictures are counted. */
export function readAnswer(body: Bytes): AnswerReading | UpstreamFailure {
  const answer = jsonAnswer(body);
  if ("failure" in answer) return answer;
  const { json } = answer;
  if (json.error !== undefined && json.error !== null) return classifyErrorMember(json.error);
  const made = json.data ?? json.images;
  const report = reportIn(json);
  if (!Array.isArray(made) && report.usage === null) {
    return upstreamFailure("malformed", "The provider's answer has no pictures.");
  }
  return {
    ...report,
    usage: report.usage ?? { images: Array.isArray(made) ? made.length : 0 },
    text: () => NOTHING_COUNTED,
  };
}
