/** The events of a conversation's stream. @module */
import { memberAt } from "../counts.ts";
import type { TextCount } from "../dialect.ts";
import { hasMember, type StreamForm } from "../event_stream.ts";
import { awsEventStream, EXCEPTION } from "../framing/mod.ts";
import { objectOrEmpty } from "../parsed_body.ts";
import { addText } from "../text.ts";
import { exceptionIn } from "./failure.ts";
import { usageOf } from "./usage.ts";

/** See StreamForm: usage in `metadata`, behind `messageStop`; exceptions instead of events. */
export const converseStream: StreamForm = {
  framing: awsEventStream,
  endMark: null,
  isNotable: (text) => hasMember(text, '"usage"') || text.includes(EXCEPTION),
  read(event, name) {
    const failure = exceptionIn(name, event);
    if (failure !== null) return { failure };
    const usage = usageOf(event.usage);
    return usage === null ? {} : { usage, raw: objectOrEmpty(event.usage) };
  },
  count: (before, event, name) => ({
    counted: addConverseEvent(before, event),
    finished: name === "messageStop" ? 1 : 0,
  }),
};

/** Adds the text of a block's beginning or of a change to it. */
export function addConverseEvent(before: TextCount, event: unknown): TextCount {
  const delta = memberAt(event, "delta");
  let count = addText(before, memberAt(delta, "text"));
  count = addText(count, memberAt(delta, "reasoningContent", "text"));
  count = addText(count, memberAt(delta, "toolUse", "input"));
  return addText(count, memberAt(event, "start", "toolUse", "name"));
}
