/** The request to an OpenAI-compatible server. @module */
import type { JsonObject, JsonValue } from "../../../shared/json.ts";
import type { RequestOptions, UpstreamRequest, UpstreamTarget } from "../adapter.ts";

/**
 * Builds the request. The body is always written anew: what was bounded is then what is sent, even
 * when the client's text had a member twice.
 */
export function buildRequest(
  target: UpstreamTarget,
  body: JsonObject,
  options: RequestOptions,
): UpstreamRequest {
  const sent: Record<string, JsonValue | undefined> = { ...body, model: options.upstreamModel };
  if (options.streaming) {
    const asked = sent.stream_options;
    sent.stream_options = typeof asked === "object" && asked !== null
      ? { ...asked, include_usage: true }
      : { include_usage: true };
  }
  if (options.outputLimit !== null) lowerLimit(sent, options.outputLimit, target);
  const headers: Record<string, string> = {
    "content-type": "application/json",
    "accept": options.streaming ? "text/event-stream" : "application/json",
    "accept-encoding": "identity",
  };
  if (target.apiKey !== null) headers.authorization = `Bearer ${target.apiKey}`;
  return { url: `${target.baseUrl}/chat/completions`, headers, body: JSON.stringify(sent) };
}

/** Lowers the limit in the member that the client used, or sets the target's own. */
function lowerLimit(
  sent: Record<string, JsonValue | undefined>,
  outputLimit: number,
  target: UpstreamTarget,
): void {
  let named = false;
  for (const member of ["max_tokens", "max_completion_tokens"] as const) {
    const limit = sent[member];
    if (typeof limit !== "number") continue;
    sent[member] = Math.min(limit, outputLimit);
    named = true;
  }
  if (!named) sent[target.outputLimitParameter] = outputLimit;
}
