/** A response that is not a stream. @module */
import type { JsonObject } from "../../../shared/json.ts";
import { type UpstreamFailure, upstreamFailure } from "../../failures/mod.ts";
import type { AnswerReading, Bytes, TextCount } from "../dialect.ts";
import { jsonAnswer } from "../json_answer.ts";
import { classifyErrorMember } from "../openai_failure.ts";
import { type FoundReport, reportIn } from "../openai_usage.ts";
import { addText, countChoices, NOTHING_COUNTED } from "../text.ts";
import { memberAt } from "../counts.ts";

/** Items of an output that were billed by the run. */
const RUNS: ReadonlySet<string> = new Set([
  "web_search_call",
  "x_search_call",
  "file_search_call",
  "code_interpreter_call",
]);

/** Reads a whole answer; one that failed and reports no usage is a failure even with status 200. */
export function readAnswer(body: Bytes): AnswerReading | UpstreamFailure {
  const answer = jsonAnswer(body);
  if ("failure" in answer) return answer;
  const { json } = answer;
  const report = reportOf(json);
  if (json.error !== undefined && json.error !== null && report.usage === null) {
    return classifyErrorMember(json.error);
  }
  if (!Array.isArray(json.output) && report.usage === null) {
    return upstreamFailure("malformed", "The provider's answer has no output.");
  }
  return {
    ...report,
    text: () => countChoices(countOutput(NOTHING_COUNTED, json.output), json.choices),
  };
}

/** The report of a response, with the runs of the provider's tools where it does not count them. */
export function reportOf(response: JsonObject): FoundReport {
  const report = reportIn(response);
  const runs = Array.isArray(response.output)
    ? response.output.filter((item) => RUNS.has(String(memberAt(item, "type")))).length
    : 0;
  if (report.usage === null || report.usage.searches !== undefined || runs === 0) return report;
  return { ...report, usage: { ...report.usage, searches: runs } };
}

/** Adds what the model wrote: messages, reasoning that is shown, and the arguments of calls. */
export function countOutput(before: TextCount, output: unknown): TextCount {
  if (!Array.isArray(output)) return before;
  let count = before;
  for (const item of output) {
    for (const parts of [memberAt(item, "content"), memberAt(item, "summary")]) {
      if (!Array.isArray(parts)) continue;
      for (const part of parts) {
        count = addText(count, memberAt(part, "text") ?? memberAt(part, "refusal"));
      }
    }
    count = addText(count, memberAt(item, "arguments") ?? memberAt(item, "input"));
    if (memberAt(item, "type") === "function_call") count = addText(count, memberAt(item, "name"));
  }
  return count;
}
