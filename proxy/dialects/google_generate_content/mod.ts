/** Gemini's generateContent and streamGenerateContent. @module */
import { readBeginning } from "../beginning.ts";
import type { AnswerReader, CallRequest, Dialect, StreamState } from "../dialect.ts";
import { eventStream } from "../event_stream.ts";
import { jsonArray, sse } from "../framing/mod.ts";
import { isOfType } from "../plain_reader.ts";
import { readAnswer } from "./answer.ts";
import { arrayErrorEvent, classifyFailure, googleErrors } from "./failure.ts";
import { parseContent } from "./parse.ts";
import { buildRequest, wantsEvents } from "./request.ts";
import { contentStream } from "./stream.ts";

export { mediaIn, partsIn } from "./media.ts";
export { usageOf } from "./usage.ts";

export { classifyFailure, googleErrors } from "./failure.ts";

const events = eventStream(contentStream(sse));
const elements = eventStream(contentStream(jsonArray));
const NOTHING = new Uint8Array(0);

/** Which framing a stream has; its first state remembers it. */
type Memory = { readonly asEvents: boolean };

function framed(state: StreamState) {
  return (state.memory as Memory).asEvents ? events : elements;
}

/** See the module. The answer's own content type says how its stream is framed. */
export const googleGenerateContent: Dialect = {
  name: "google.generateContent",
  parse: parseContent,
  send: buildRequest,
  reader(request: CallRequest): AnswerReader {
    return {
      streamStart(head) {
        const type = head.headers.get("content-type") ?? "";
        const asEvents = type === "" ? wantsEvents(request) : type.includes("event-stream");
        return { ...events.streamStart(head), memory: { asEvents } satisfies Memory };
      },
      streamStep: (state, chunk) => framed(state).streamStep(state, chunk),
      streamEnd: (state) => framed(state).streamEnd(state),
      streamCount: (state) => framed(state).streamCount(state),
      accepts: (contentType) =>
        isOfType(contentType, "json") || request.streaming && contentType.includes("event-stream"),
      streams: request.streaming,
      contentType: null,
      failure: classifyFailure,
      readAnswer,
      readBeginning,
      endsWithoutMark: false,
      ...(wantsEvents(request) ? {} : { errorEvent: arrayErrorEvent }),
    };
  },
  errors: googleErrors,
  withCost: () => NOTHING,
};
