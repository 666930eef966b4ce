/** OpenAI's pictures, made and edited, and every server that speaks them. @module */
import { errorBody, errorEvent } from "../../errors.ts";
import type { AnswerReader, CallRequest, Dialect } from "../dialect.ts";
import { eventStream } from "../event_stream.ts";
import { classifyFailure } from "../openai_failure.ts";
import { sendOpenai } from "../openai_request.ts";
import { NOTHING_COUNTED } from "../text.ts";
import { readAnswer } from "./answer.ts";
import { parseEdits, parseGenerations } from "./parse.ts";
import { imagesStream } from "./stream.ts";

const streaming = eventStream(imagesStream);

const common: Omit<Dialect, "name" | "parse"> = {
  send: (request, options) => sendOpenai(request, options),
  reader: (request: CallRequest): AnswerReader => ({
    ...streaming,
    accepts: (contentType) =>
      contentType.includes(request.streaming ? "text/event-stream" : "json"),
    streams: request.streaming,
    contentType: request.streaming ? "text/event-stream; charset=utf-8" : null,
    failure: classifyFailure,
    readAnswer,
    readBeginning: () => NOTHING_COUNTED,
    endsWithoutMark: false,
  }),
  errors: { body: (failure) => ({ ...errorBody(failure) }), event: errorEvent },
  withCost: (event) => new TextEncoder().encode(`data: ${JSON.stringify(event)}\n\n`),
};

/** Pictures from a text. */
export const openaiImageGenerations: Dialect = {
  ...common,
  name: "openai.images.generations",
  parse: parseGenerations,
};

/** Pictures from pictures and a text. */
export const openaiImageEdits: Dialect = {
  ...common,
  name: "openai.images.edits",
  parse: parseEdits,
};
