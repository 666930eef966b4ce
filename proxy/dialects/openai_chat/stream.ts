/** The events of a chat completions stream. @module */
import type { JsonObject } from "../../../shared/json.ts";
import { hasMember, type StreamForm } from "../event_stream.ts";
import { sse } from "../framing/mod.ts";
import { classifyErrorMember } from "../openai_failure.ts";
import { mergeUsage, reportIn } from "../openai_usage.ts";
import { countChoices } from "../text.ts";

/** See StreamForm: the usage chunk, `usage` beside or inside the last choice, `x_groq`, `[DONE]`. */
export const chatStream: StreamForm = {
  framing: sse,
  endMark: "[DONE]",
  // Inside a JSON text quotes are escaped, so these stand for members only.
  isNotable: (text) =>
    text.includes("[DONE]") || hasMember(text, '"usage"') || hasMember(text, '"error"'),
  read(event, _name, state) {
    if (event.error !== undefined && event.error !== null) {
      return { failure: classifyErrorMember(event.error) };
    }
    const { usage, raw, costNanoUsd } = reportIn(event);
    if (usage === null) return { costNanoUsd };
    return {
      usage: mergeUsage(state.usage, usage),
      raw,
      costNanoUsd,
      onlyUsage: Array.isArray(event.choices) && event.choices.length === 0,
    };
  },
  count(before, event) {
    let finished = 0;
    if (Array.isArray(event.choices)) {
      for (const choice of event.choices) {
        const reason = choice !== null && typeof choice === "object" && !Array.isArray(choice)
          ? (choice as JsonObject).finish_reason
          : null;
        if (typeof reason === "string") finished += 1;
      }
    }
    return { counted: countChoices(before, event.choices), finished };
  },
};
