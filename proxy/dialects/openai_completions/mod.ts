/** OpenAI's text completions, and every server that speaks them. @module */
import { openaiChat } from "../openai_chat/mod.ts";
import type { Dialect } from "../dialect.ts";
import { lowerLimit, sendOpenai } from "../openai_request.ts";
import { objectOrEmpty } from "../parsed_body.ts";
import { parseCompletionsRequest } from "./parse.ts";

/** See the module: their answers, streams and errors are those of chat completions. */
export const openaiCompletions: Dialect = {
  ...openaiChat,
  name: "openai.completions",
  parse: parseCompletionsRequest,
  send: (request, options) =>
    sendOpenai(request, options, (sent) => {
      if (request.streaming && options.asksForUsage) {
        sent.stream_options = { ...objectOrEmpty(sent.stream_options), include_usage: true };
      }
      lowerLimit(sent, options.outputLimit, ["max_tokens"], "max_tokens");
    }),
};
