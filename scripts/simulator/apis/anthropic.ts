/** Anthropic's messages. @module */
import type { SimulatedAnswer, SimulatedRequest } from "../completion.ts";
import type { Refusal } from "../faults.ts";
import { eventText, type TextApi, type TokenCounts } from "../text_api.ts";
import { limitIn, requestWith, stopsIn } from "./requests.ts";

const ID = "msg_simulated";

/** See the module. */
export const anthropicMessages: TextApi = {
  match: (path) => path === "/v1/messages" ? { model: null, stream: null } : null,
  read(body) {
    const { model, messages, system } = body;
    if (typeof model !== "string" || !Array.isArray(messages)) return null;
    return requestWith({
      model,
      messages: [...(system === undefined ? [] : [{ content: system }]), ...messages],
      stream: body.stream === true,
      limit: limitIn(body.max_tokens),
      stops: stopsIn(body.stop_sequences),
    });
  },
  whole: (request, answer, usage) => ({
    ...messageOf(request),
    content: [{ type: "text", text: answer.tokens.join("") }],
    stop_reason: stopReason(answer),
    ...(usage === null ? {} : { usage: usageOf(usage) }),
  }),
  opening: (request, input) => [
    eventText("message_start", {
      type: "message_start",
      message: {
        ...messageOf(request),
        content: [],
        stop_reason: null,
        usage: request.model === "sim-no-usage" ? {} : usageOf({ input, output: 1 }),
      },
    }),
    eventText("content_block_start", {
      type: "content_block_start",
      index: 0,
      content_block: { type: "text", text: "" },
    }),
    eventText("ping", { type: "ping" }),
  ],
  piece: (_request, text) =>
    eventText("content_block_delta", {
      type: "content_block_delta",
      index: 0,
      delta: { type: "text_delta", text },
    }),
  closing: (_request, answer, usage) => [
    eventText("content_block_stop", { type: "content_block_stop", index: 0 }),
    eventText("message_delta", {
      type: "message_delta",
      delta: { stop_reason: stopReason(answer), stop_sequence: null },
      usage: usage === null ? {} : { output_tokens: usage.output },
    }),
    eventText("message_stop", { type: "message_stop" }),
  ],
  error: (refusal) => ({
    type: "error",
    error: { type: typeOf(refusal), message: refusal.message },
    request_id: "req_simulated",
  }),
  statusOf: ({ status }) => status,
  errorEvent: (message) =>
    eventText("error", { type: "error", error: { type: "api_error", message } }),
};

const TYPES: Readonly<Record<number, string>> = {
  400: "invalid_request_error",
  401: "authentication_error",
  404: "not_found_error",
  429: "rate_limit_error",
  529: "overloaded_error",
};

function typeOf({ status }: Refusal): string {
  return TYPES[status] ?? "api_error";
}

function messageOf({ model }: SimulatedRequest) {
  return { id: ID, type: "message", role: "assistant", model, stop_sequence: null };
}

function stopReason({ finishReason }: SimulatedAnswer): string {
  return finishReason === "length" ? "max_tokens" : "end_turn";
}

function usageOf({ input, output }: TokenCounts) {
  return {
    input_tokens: input,
    cache_creation_input_tokens: 0,
    cache_read_input_tokens: 0,
    output_tokens: output,
  };
}
