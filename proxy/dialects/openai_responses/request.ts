/** The request for a response as it goes upstream. @module */
import type { CallRequest, OutgoingRequest, SendOptions } from "../dialect.ts";
import { lowerLimit, sendOpenai } from "../openai_request.ts";

/** Builds the request; tools that the provider runs are bounded by what was held for them. */
export function buildRequest(request: CallRequest, options: SendOptions): OutgoingRequest {
  return sendOpenai(request, options, (sent) => {
    lowerLimit(sent, options.outputLimit, ["max_output_tokens"], "max_output_tokens");
    const { searches } = request.unitsBound;
    if (searches !== undefined) sent.max_tool_calls = searches;
  });
}
