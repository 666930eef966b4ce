/** The events of a chat completions stream. @module */
import type { JsonObject } from "../../../shared/json.ts";
import { hasMember, type StreamForm } from "../event_stream.ts";
import { sse } from "../framing/mod.ts";
import { classifyErrorMember } from "./failure.ts";
import { reportedCostNanoUsd } from "../reported_cost.ts";
import { countChoices } from "../text.ts";
import { mergeUsage, usageOf } from "./usage.ts";

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
    const report = reportIn(event);
    const usage = usageOf(report);
    if (usage === null) return {};
    return {
      usage: mergeUsage(state.usage, usage),
      raw: report ?? null,
      costNanoUsd: reportedCostNanoUsd(report),
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

/** The usage object of an event, wherever a server puts it: beside the choices, in one, in `x_groq`. */
function reportIn(event: JsonObject) {
  if (usageOf(event.usage) !== null) return event.usage;
  const groq = event.x_groq;
  const inGroq = typeof groq === "object" && groq !== null ? (groq as JsonObject).usage : null;
  if (usageOf(inGroq) !== null) return inGroq;
  if (!Array.isArray(event.choices)) return null;
  for (const choice of event.choices) {
    if (typeof choice !== "object" || choice === null) continue;
    const { usage } = choice as JsonObject;
    if (usageOf(usage) !== null) return usage;
  }
  return null;
}
