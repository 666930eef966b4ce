/** OpenAI's responses, and every server that speaks them. @module */
import { errorBody } from "../../errors.ts";
import { memberAt } from "../counts.ts";
import type { CallRequest, Dialect } from "../dialect.ts";
import { readBeginning } from "../beginning.ts";
import { eventStream } from "../event_stream.ts";
import { classifyFailure } from "../openai_failure.ts";
import { objectOrEmpty } from "../parsed_body.ts";
import { readAnswer } from "./answer.ts";
import { parseResponsesRequest } from "./parse.ts";
import { buildRequest } from "./request.ts";
import { responsesStream } from "./stream.ts";

const streaming = eventStream(responsesStream);
const encoder = new TextEncoder();

/** See the module. */
export const openaiResponses: Dialect = {
  name: "openai.responses",
  parse: parseResponsesRequest,
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
  errors: {
    body: (failure) => ({ ...errorBody(failure) }),
    event: (failure) => {
      const { error } = errorBody(failure);
      // Clients read the members themselves, or the object that other APIs have.
      return named("error", { ...error, error, type: "error" });
    },
  },
  withCost(event, cost) {
    const response = objectOrEmpty(event.response);
    const { cost: _theirs, cost_details: _details, ...usage } = objectOrEmpty(response.usage);
    const name = memberAt(event, "type");
    return named(typeof name === "string" ? name : "response.completed", {
      ...event,
      response: { ...response, usage: { ...usage, ...cost } },
    });
  },
};

function named(name: string, event: object): Uint8Array<ArrayBuffer> {
  return encoder.encode(`event: ${name}\ndata: ${JSON.stringify(event)}\n\n`);
}
