/** OpenAI's responses and completions. @module */
import type { SimulatedAnswer, SimulatedRequest } from "../completion.ts";
import { eventText, type TextApi, type TokenCounts } from "../text_api.ts";
import { limitIn, memberOf, requestWith, stopsIn } from "./requests.ts";

const OPENAI_ERRORS: Pick<TextApi, "error" | "statusOf"> = {
  error: ({ message, type, param, code }) => ({
    error: { message, type, param: param ?? null, code },
  }),
  statusOf: ({ status }) => status,
};

/** The responses API. */
export const openaiResponses: TextApi = {
  ...OPENAI_ERRORS,
  match: (path) => path === "/v1/responses" ? { model: null, stream: null } : null,
  read(body) {
    const { model, input, instructions } = body;
    if (typeof model !== "string") return null;
    const items = typeof input === "string" ? [{ content: input }] : input;
    if (!Array.isArray(items)) return null;
    return requestWith({
      model,
      messages: instructions === undefined ? items : [{ content: instructions }, ...items],
      stream: body.stream === true,
      limit: limitIn(body.max_output_tokens),
    });
  },
  whole: responseOf,
  opening: (request) => [
    eventText("response.created", {
      type: "response.created",
      sequence_number: 0,
      response: { ...headOf(request), status: "in_progress", output: [], usage: null },
    }),
    eventText("response.output_item.added", {
      type: "response.output_item.added",
      sequence_number: 1,
      output_index: 0,
      item: { ...messageOf(""), status: "in_progress", content: [] },
    }),
    eventText("response.content_part.added", {
      type: "response.content_part.added",
      sequence_number: 2,
      ...PLACE,
      part: partOf(""),
    }),
  ],
  piece: (_request, delta) =>
    eventText("response.output_text.delta", {
      type: "response.output_text.delta",
      sequence_number: 3,
      ...PLACE,
      delta,
      logprobs: [],
    }),
  closing(request, answer, usage) {
    const text = answer.tokens.join("");
    const type = answer.finishReason === "length" ? "response.incomplete" : "response.completed";
    const of = (name: string, more: object) =>
      eventText(name, { type: name, sequence_number: 4, ...more });
    return [
      of("response.output_text.done", { ...PLACE, text, logprobs: [] }),
      of("response.content_part.done", { ...PLACE, part: partOf(text) }),
      of("response.output_item.done", { output_index: 0, item: messageOf(text) }),
      of(type, { response: responseOf(request, answer, usage) }),
    ];
  },
  errorEvent: (message) =>
    eventText("error", { type: "error", code: "server_error", message, param: null }),
};

const PLACE = { item_id: "msg_simulated", output_index: 0, content_index: 0 };

function responseOf(
  request: SimulatedRequest,
  answer: SimulatedAnswer,
  usage: TokenCounts | null,
): object {
  const cut = answer.finishReason === "length";
  return {
    ...headOf(request),
    status: cut ? "incomplete" : "completed",
    incomplete_details: cut ? { reason: "max_output_tokens" } : null,
    output: [messageOf(answer.tokens.join(""))],
    ...(usage === null ? {} : {
      usage: {
        input_tokens: usage.input,
        input_tokens_details: { cached_tokens: 0 },
        output_tokens: usage.output,
        output_tokens_details: { reasoning_tokens: 0 },
        total_tokens: usage.input + usage.output,
      },
    }),
  };
}

function headOf({ model }: SimulatedRequest) {
  return {
    id: "resp_simulated",
    object: "response",
    created_at: 1_700_000_000,
    model,
    error: null,
    incomplete_details: null,
    metadata: { simulated: "true" },
  };
}

function messageOf(text: string) {
  return {
    type: "message",
    id: "msg_simulated",
    role: "assistant",
    status: "completed",
    content: [partOf(text)],
  };
}

function partOf(text: string) {
  return { type: "output_text", text, annotations: [], logprobs: [] };
}

/** The older completions API: one prompt, one text. */
export const openaiCompletions: TextApi = {
  ...OPENAI_ERRORS,
  match: (path) => path === "/v1/completions" ? { model: null, stream: null } : null,
  read(body) {
    const { model, prompt } = body;
    if (typeof model !== "string" || typeof prompt !== "string") return null;
    return requestWith({
      model,
      messages: [{ content: prompt }],
      stream: body.stream === true,
      includeUsage: memberOf(body.stream_options, "include_usage") === true,
      limit: limitIn(body.max_tokens),
      stops: stopsIn(body.stop),
    });
  },
  whole: (request, { tokens, finishReason }, usage) => ({
    ...textOf(request, tokens.join(""), finishReason),
    ...(usage === null ? {} : { usage: countsOf(usage) }),
  }),
  opening: () => [],
  piece: (request, token, usage) =>
    eventText(null, {
      ...textOf(request, token, null),
      ...(usage === null ? {} : { usage: countsOf(usage) }),
    }),
  closing: (request, { finishReason }, usage) => [
    eventText(null, textOf(request, "", finishReason)),
    ...(usage === null || !request.includeUsage
      ? []
      : [eventText(null, { ...textOf(request, "", null), choices: [], usage: countsOf(usage) })]),
    "data: [DONE]\n\n",
  ],
  errorEvent: (message) =>
    eventText(null, { error: { message, type: "server_error", param: null, code: null } }),
};

function textOf({ model }: SimulatedRequest, text: string, finish: string | null) {
  return {
    id: "cmpl-simulated",
    object: "text_completion",
    created: 1_700_000_000,
    model,
    system_fingerprint: "simulated",
    choices: [{ index: 0, text, logprobs: null, finish_reason: finish }],
  };
}

function countsOf({ input, output }: TokenCounts) {
  return { prompt_tokens: input, completion_tokens: output, total_tokens: input + output };
}
