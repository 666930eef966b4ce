/** Anthropic's messages, and every server that speaks them. @module */
import { classify } from "../../failures/mod.ts";
import { readBeginning } from "../beginning.ts";
import type { AnswerReader, CallRequest, Dialect } from "../dialect.ts";
import { eventStream } from "../event_stream.ts";
import { wordsOf } from "../failure_words.ts";
import { isOfType } from "../plain_reader.ts";
import { readAnswer } from "./answer.ts";
import { anthropicErrors } from "./failure.ts";
import { parseMessages } from "./parse.ts";
import { buildRequest } from "./request.ts";
import { messageStream } from "./stream.ts";

export { mediaOf } from "./media.ts";
export { parseMessages } from "./parse.ts";
export { headersOf } from "./request.ts";
export { messageStream, readMessageEvent } from "./stream.ts";
export { usageOf } from "./usage.ts";

export { anthropicErrors } from "./failure.ts";

const streaming = eventStream(messageStream);
const NOTHING = new Uint8Array(0);

/** See the module. */
export const anthropicMessages: Dialect = {
  name: "anthropic.messages",
  parse: (arrived) => parseMessages(arrived, "anthropic.messages"),
  send: buildRequest,
  reader: (request: CallRequest): AnswerReader => ({
    ...streaming,
    accepts: (contentType) =>
      isOfType(contentType, request.streaming ? "text/event-stream" : "json"),
    streams: request.streaming,
    contentType: request.streaming ? "text/event-stream; charset=utf-8" : null,
    failure: ({ status, headers }, body) => classify(status, headers, wordsOf(body)),
    readAnswer,
    readBeginning,
    endsWithoutMark: false,
  }),
  errors: anthropicErrors,
  // No event of a message's stream carries nothing but usage.
  withCost: () => NOTHING,
};
