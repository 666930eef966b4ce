/** Speech as it comes: sound, or events with sound in them. @module */
import type { Usage } from "../../../shared/usage/mod.ts";
import type { AnswerReader } from "../dialect.ts";
import { emptyStreamState, eventStream, hasMember, type StreamForm } from "../event_stream.ts";
import { sse } from "../framing/mod.ts";
import { classifyErrorMember, classifyFailure } from "../openai_failure.ts";
import { mergeUsage, reportIn } from "../openai_usage.ts";
import { NOTHING_COUNTED } from "../text.ts";

/** The reader of an answer to a request for so many `characters`; `events` if it asked for events. */
export function speechReader(characters: Usage, events: boolean): AnswerReader {
  const streaming = events ? eventStream(eventsOfSpeech(characters)) : soundOf(characters);
  return {
    ...streaming,
    accepts: (contentType) =>
      events
        ? contentType.includes("text/event-stream")
        : !contentType.includes("json") && !contentType.startsWith("text/"),
    streams: true,
    contentType: null,
    failure: classifyFailure,
    readAnswer: () => ({
      usage: characters,
      raw: null,
      costNanoUsd: null,
      text: () => NOTHING_COUNTED,
    }),
    readBeginning: () => NOTHING_COUNTED,
    endsWithoutMark: !events,
  };
}

type Streaming = Pick<AnswerReader, "streamStart" | "streamStep" | "streamEnd" | "streamCount">;

/** Bytes of sound pass as they are; the text that they speak is paid for with the first of them. */
function soundOf(characters: Usage): Streaming {
  return {
    streamStart: emptyStreamState,
    streamStep: (state, bytes) =>
      bytes.length === 0
        ? [state, []]
        : [{ ...state, started: true, usage: characters }, [{ kind: "bytes", bytes }]],
    streamEnd: (state) => [state, []],
    streamCount: (state) => state,
  };
}

function eventsOfSpeech(characters: Usage): StreamForm {
  return {
    framing: sse,
    endMark: "[DONE]",
    isNotable: (text) =>
      text.includes("[DONE]") || hasMember(text, '"usage"') || hasMember(text, '"error"') ||
      text.includes('.done"') || text.includes('"error"'),
    read(event, _name, state) {
      if (event.type === "error" || (event.error !== undefined && event.error !== null)) {
        return { failure: classifyErrorMember(event.error ?? event) };
      }
      const { usage, raw, costNanoUsd } = reportIn(event);
      return {
        usage: mergeUsage(state.usage ?? characters, usage),
        raw,
        costNanoUsd,
        ends: event.type === "speech.audio.done",
      };
    },
    count: (before, event) => ({
      counted: before,
      finished: event.type === "speech.audio.done" ? 1 : 0,
    }),
  };
}
