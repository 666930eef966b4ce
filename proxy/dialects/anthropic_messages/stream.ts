/** The events of a message's stream. @module */
import type { JsonObject } from "../../../shared/json.ts";
import { memberAt } from "../counts.ts";
import type { StreamState } from "../dialect.ts";
import { type EventReading, hasMember, type StreamForm } from "../event_stream.ts";
import { wordsIn } from "../failure_words.ts";
import { sse } from "../framing/mod.ts";
import { addBlock } from "./text.ts";
import { overlaid, usageOf } from "./usage.ts";
import { classifyInside } from "../../failures/mod.ts";

/** See StreamForm: `message_start`, `message_delta`, `message_stop` and `error`. */
export const messageStream: StreamForm = {
  framing: sse,
  endMark: null,
  isNotable: (text) =>
    text.includes('"message_stop"') || hasMember(text, '"usage"') || hasMember(text, '"error"'),
  read: readMessageEvent,
  count(before, event) {
    if (event.type === "content_block_delta") {
      return { counted: addBlock(before, event.delta), finished: 0 };
    }
    if (event.type === "content_block_start") {
      return { counted: addBlock(before, event.content_block), finished: 0 };
    }
    const finished = typeof memberAt(event, "delta", "stop_reason") === "string" ? 1 : 0;
    return { counted: before, finished };
  },
};

/**
 * Reads one event. What `message_start` says of the output is a placeholder, so that nothing is known
 * of that side until a `message_delta` reports it.
 */
export function readMessageEvent(
  event: JsonObject,
  _name: string | null,
  state: StreamState,
): EventReading {
  switch (event.type) {
    case "message_start": {
      const report = memberAt(event, "message", "usage");
      if (usageOf(report) === null) return {};
      const { output_tokens: _placeholder, ...said } = overlaid(state.raw, report);
      return { usage: usageOf(said), raw: said };
    }
    case "message_delta": {
      if (usageOf(event.usage) === null) return {};
      const raw = overlaid(state.raw, event.usage);
      return { usage: usageOf(raw), raw };
    }
    case "error":
      return { failure: classifyInside(wordsIn(event)) };
    case "message_stop":
      return { ends: true };
    default:
      return {};
  }
}
