/** OpenAI's chat completions, and every server that speaks them. @module */
import { errorBody, errorEvent } from "../../errors.ts";
import type { CallRequest, Dialect } from "../dialect.ts";
import { readBeginning } from "../beginning.ts";
import { eventStream } from "../event_stream.ts";
import { classifyFailure } from "../openai_failure.ts";
import { readAnswer } from "./answer.ts";
import { parseChatRequest } from "./parse.ts";
import { buildRequest } from "./request.ts";
import { chatStream } from "./stream.ts";

const streaming = eventStream(chatStream);
const encoder = new TextEncoder();

/** See the module. */
export const openaiChat: Dialect = {
  name: "openai.chat.completions",
  parse: parseChatRequest,
  send: buildRequest,
  reader: (request: CallRequest) => ({
    ...streaming,
    // Some call their streams JSON.
    accepts: (contentType) =>
      contentType.includes("json") ||
      (request.streaming && contentType.includes("text/event-stream")),
    streams: request.streaming,
    contentType: request.streaming ? "text/event-stream; charset=utf-8" : null,
    failure: classifyFailure,
    readAnswer,
    readBeginning,
    endsWithoutMark: false,
  }),
  errors: { body: (failure) => ({ ...errorBody(failure) }), event: errorEvent },
  withCost(event, cost) {
    const { cost: _theirs, cost_details: _details, ...usage } = objectOrEmpty(event.usage);
    return encoder.encode(
      `data: ${JSON.stringify({ ...event, usage: { ...usage, ...cost } })}\n\n`,
    );
  },
};

/** What a provider calls its usage may be anything. */
function objectOrEmpty(value: unknown): Record<string, never> {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? value as Record<string, never>
    : {};
}
