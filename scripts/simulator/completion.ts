/** What the simulator answers, token by token. @module */
import { promptTokens, textOf, tokensOf } from "./tokens.ts";

/** A request as far as the simulator obeys it. */
export interface SimulatedRequest {
  readonly model: string;
  readonly messages: unknown;
  readonly stream: boolean;
  readonly includeUsage: boolean;
  readonly choices: number;
  readonly limit: number;
  readonly stops: readonly string[];
}

/** One answer. */
export interface SimulatedAnswer {
  readonly tokens: readonly string[];
  readonly finishReason: "stop" | "length";
}

/** OpenAI's usage object. */
export interface SimulatedUsage {
  readonly prompt_tokens: number;
  readonly completion_tokens: number;
  readonly total_tokens: number;
}

/** Reads a request body; null when it is no request. */
export function readRequest(body: unknown): SimulatedRequest | null {
  if (typeof body !== "object" || body === null) return null;
  const members = body as Record<string, unknown>;
  if (typeof members.model !== "string" || !Array.isArray(members.messages)) return null;
  const options = members.stream_options as { include_usage?: unknown } | null | undefined;
  const limit = members.max_completion_tokens ?? members.max_tokens;
  const stop = members.stop;
  return {
    model: members.model,
    messages: members.messages,
    stream: members.stream === true,
    includeUsage: options?.include_usage === true,
    choices: typeof members.n === "number" ? members.n : 1,
    limit: typeof limit === "number" ? limit : Infinity,
    stops: typeof stop === "string" ? [stop] : Array.isArray(stop) ? stop.map(String) : [],
  };
}

/** The same request always gets the same answer. */
export function answerTo(request: SimulatedRequest): SimulatedAnswer {
  const asked = Array.isArray(request.messages) ? textOf(request.messages.at(-1)) : "";
  let text = request.model === "sim-echo" ? asked : [
    `This answer is simulated: no provider key is set, so no model read your message.`,
    `It came from Sargalay's upstream simulator in the place of ${request.model}.`,
    asked === "" ? "You sent no text." : `You wrote: ${asked.slice(0, 400)}`,
  ].join(" ");
  for (const stop of request.stops) {
    const at = stop === "" ? -1 : text.indexOf(stop);
    if (at !== -1) text = text.slice(0, at);
  }
  const tokens = tokensOf(text);
  return tokens.length > request.limit
    ? { tokens: tokens.slice(0, request.limit), finishReason: "length" }
    : { tokens, finishReason: "stop" };
}

/** Usage after `completionTokens` tokens of output. */
export function usageAfter(request: SimulatedRequest, completionTokens: number): SimulatedUsage {
  const prompt = promptTokens(request.messages);
  return {
    prompt_tokens: prompt,
    completion_tokens: completionTokens,
    total_tokens: prompt + completionTokens,
  };
}
