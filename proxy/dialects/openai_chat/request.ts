/** The chat completions request as it goes upstream. @module */
import type { JsonObject, JsonValue } from "../../../shared/json.ts";
import type { CallRequest, OutgoingRequest, SendOptions } from "../dialect.ts";

type Sent = Record<string, JsonValue | undefined>;

/**
 * Builds the request. The body is always written anew: what was bounded is then what is sent, even
 * when the client's text had a member twice.
 */
export function buildRequest(request: CallRequest, options: SendOptions): OutgoingRequest {
  const { body } = request.arrived;
  const sent: Sent = { ...(body.kind === "json" ? body.json : {}), model: options.upstreamModel };
  if (request.streaming && options.asksForUsage) {
    const asked = sent.stream_options;
    sent.stream_options = typeof asked === "object" && asked !== null
      ? { ...asked as JsonObject, include_usage: true }
      : { include_usage: true };
  }
  lowerLimit(sent, options, ["max_tokens", "max_completion_tokens"]);
  return { action: null, headers: {}, body: JSON.stringify(sent), query: {} };
}

/** Lowers the limit in whichever of `members` the client used, or sets the target's own. */
export function lowerLimit(sent: Sent, options: SendOptions, members: readonly string[]): void {
  const { outputLimit } = options;
  if (outputLimit === null) return;
  let named = false;
  for (const member of members) {
    const limit = sent[member];
    if (typeof limit !== "number") continue;
    sent[member] = Math.min(limit, outputLimit);
    named = true;
  }
  if (!named) sent[options.outputLimitParameter] = outputLimit;
}
