/** The chat completions request as it goes upstream. @module */
import type { CallRequest, OutgoingRequest, SendOptions } from "../dialect.ts";
import { lowerLimit, sendOpenai, type Sent } from "../openai_request.ts";
import { objectOrEmpty } from "../parsed_body.ts";

/** Builds the request; a stream asks for its usage where the provider knows how. */
export function buildRequest(request: CallRequest, options: SendOptions): OutgoingRequest {
  return sendOpenai(request, options, (sent: Sent) => {
    if (request.streaming && options.asksForUsage) {
      sent.stream_options = { ...objectOrEmpty(sent.stream_options), include_usage: true };
    }
    lowerLimit(
      sent,
      options.outputLimit,
      ["max_tokens", "max_completion_tokens"],
      options.outputLimitParameter,
    );
  });
}
