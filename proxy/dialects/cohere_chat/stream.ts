/** The events of Cohere's streams, of both versions. @module */
import { memberAt } from "../counts.ts";
import type { TextCount } from "../dialect.ts";
import { hasMember, type StreamForm } from "../event_stream.ts";
import type { Framing } from "../framing/mod.ts";
import { objectOrEmpty } from "../parsed_body.ts";
import { addText } from "../text.ts";
import { reportIn, usageOf } from "./usage.ts";

/** See StreamForm: the last event says why the message ended, and carries the usage. */
export function cohereStream(framing: Framing): StreamForm {
  return {
    framing,
    endMark: "[DONE]",
    isNotable: (text) =>
      text.includes("[DONE]") || hasMember(text, '"usage"') || hasMember(text, '"meta"'),
    read(event) {
      const report = reportIn(event.delta) ?? reportIn(event.response) ?? reportIn(event);
      const usage = usageOf(report);
      return usage === null ? {} : { usage, raw: objectOrEmpty(report) };
    },
    count(before, event) {
      const reason = event.finish_reason ?? memberAt(event.delta, "finish_reason");
      return { counted: addEvent(before, event), finished: typeof reason === "string" ? 1 : 0 };
    },
  };
}

function addEvent(before: TextCount, event: { readonly [member: string]: unknown }): TextCount {
  // The first version says everything again at its end.
  if (event.response !== undefined) return before;
  let count = addText(before, event.text);
  const message = memberAt(event.delta, "message");
  count = addText(count, memberAt(message, "content", "text"));
  count = addText(count, memberAt(message, "content", "thinking"));
  count = addText(count, memberAt(message, "tool_plan"));
  const called = memberAt(message, "tool_calls", "function") ??
    memberAt(event, "tool_call_delta");
  count = addText(count, memberAt(called, "name"));
  return addText(count, memberAt(called, "arguments") ?? memberAt(called, "parameters"));
}
