/** The events of a response's stream. @module */
import { memberAt } from "../counts.ts";
import { type EventReading, hasMember, type StreamForm } from "../event_stream.ts";
import { sse } from "../framing/mod.ts";
import { classifyErrorMember } from "../openai_failure.ts";
import { mergeUsage } from "../openai_usage.ts";
import { objectOrEmpty } from "../parsed_body.ts";
import { addText } from "../text.ts";
import { reportOf } from "./answer.ts";

/** Events that end an answer, well or not. */
const ENDS: ReadonlySet<string> = new Set([
  "response.completed",
  "response.incomplete",
  "response.failed",
  "response.cancelled",
]);

/**
 * See StreamForm: `response.completed`, `.incomplete` or `.failed` with the whole response in it, an
 * `error` event, and the text by its deltas.
 */
export const responsesStream: StreamForm = {
  framing: sse,
  endMark: "[DONE]",
  isNotable: (text) =>
    text.includes("[DONE]") || hasMember(text, '"usage"') || hasMember(text, '"error"') ||
    text.includes('"response.completed"') || text.includes('"response.incomplete"') ||
    text.includes('"response.failed"') || text.includes('"response.cancelled"') ||
    text.includes('"error"'),
  read(event, name, state): EventReading {
    const type = typeof event.type === "string" ? event.type : name ?? "";
    if (type === "error" || (event.error !== undefined && event.error !== null)) {
      return { failure: classifyErrorMember(event.error ?? event) };
    }
    const response = objectOrEmpty(event.response);
    const { usage, raw, costNanoUsd } = reportOf(response);
    const ends = ENDS.has(type);
    if (ends && usage === null && memberAt(response, "error") != null) {
      return { failure: classifyErrorMember(response.error) };
    }
    if (usage === null) return ends ? { ends } : {};
    return {
      usage: mergeUsage(state.usage, usage),
      raw,
      costNanoUsd,
      ...(ends ? { ends, onlyUsage: true } : {}),
    };
  },
  count(before, event) {
    const { type, delta } = event;
    const ended = typeof type === "string" && ENDS.has(type);
    return {
      counted: typeof type === "string" && type.endsWith(".delta")
        ? addText(before, delta)
        : before,
      finished: ended ? 1 : 0,
    };
  },
};
