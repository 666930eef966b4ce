/** What a provider answers, in the words of four APIs: texts and calls of tools, whole and streamed. @module */

/** What is to be said: a text, or the call of a tool. */
export type Said = string | { readonly tool: string; readonly args: unknown };

/** The APIs that the words are for. */
export type Protocol = "chat" | "responses" | "messages" | "gemini";

/** What every answer reports: of 30 tokens of input ten were cached, of nine of output four were thoughts. */
export const REPORTED = { input: 30, cached: 10, output: 9, thoughts: 4 } as const;

const { input, cached, output, thoughts } = REPORTED;
const words: Record<Protocol, { whole(said: Said): unknown; stream(said: Said): unknown[] }> = {
  chat: { whole: chatWhole, stream: chatStream },
  responses: { whole: response, stream: responseStream },
  messages: { whole: message, stream: messageStream },
  gemini: { whole: (said) => generated([part(said)], "STOP"), stream: generatedStream },
};

/** The body of an answer that is not streamed. */
export function wholeAnswer(protocol: Protocol, said: Said): string {
  return JSON.stringify(words[protocol].whole(said));
}

/** The body of a streamed answer, as server-sent events. */
export function streamedAnswer(protocol: Protocol, said: Said): string {
  const events = words[protocol].stream(said).map((event) => {
    const { type } = event as { type?: string };
    return `${type === undefined ? "" : `event: ${type}\n`}data: ${JSON.stringify(event)}\n\n`;
  });
  return events.join("") + (protocol === "chat" ? "data: [DONE]\n\n" : "");
}

function halves(text: string): [string, string] {
  const middle = text.length >> 1;
  return [text.slice(0, middle), text.slice(middle)];
}

const chatUsage = {
  prompt_tokens: input,
  completion_tokens: output,
  total_tokens: input + output,
  prompt_tokens_details: { cached_tokens: cached },
  completion_tokens_details: { reasoning_tokens: thoughts },
};

function chatWhole(said: Said) {
  const message = typeof said === "string" ? { content: said } : {
    content: null,
    tool_calls: [{ id: "call_1", type: "function", function: called(said) }],
  };
  return {
    id: "chatcmpl-1",
    object: "chat.completion",
    created: 1,
    model: "upstream",
    choices: [{
      index: 0,
      message: { role: "assistant", ...message },
      finish_reason: typeof said === "string" ? "stop" : "tool_calls",
    }],
    usage: chatUsage,
  };
}

function called(said: { tool: string; args: unknown }) {
  return { name: said.tool, arguments: JSON.stringify(said.args) };
}

function chatStream(said: Said) {
  const head = { id: "chatcmpl-1", object: "chat.completion.chunk", created: 1, model: "upstream" };
  const chunk = (delta: unknown, finish_reason: string | null = null) => ({
    ...head,
    choices: [{ index: 0, delta, finish_reason }],
  });
  const said2 = typeof said === "string" ? halves(said).map((content) => chunk({ content })) : [
    chunk({
      tool_calls: [{ index: 0, id: "call_1", type: "function", function: called(said) }],
    }),
  ];
  return [
    chunk({ role: "assistant", content: null }),
    ...said2,
    chunk({}, typeof said === "string" ? "stop" : "tool_calls"),
    { ...head, choices: [], usage: chatUsage },
  ];
}

function outputItem(said: Said) {
  return typeof said === "string"
    ? {
      type: "message",
      id: "msg_1",
      role: "assistant",
      status: "completed",
      content: [{ type: "output_text", text: said, annotations: [] }],
    }
    : {
      type: "function_call",
      id: "fc_1",
      call_id: "call_1",
      status: "completed",
      ...called(said),
    };
}

function response(said: Said) {
  return {
    id: "resp_1",
    object: "response",
    created_at: 1,
    status: "completed",
    error: null,
    incomplete_details: null,
    model: "upstream",
    output: [outputItem(said)],
    usage: {
      input_tokens: input,
      input_tokens_details: { cached_tokens: cached },
      output_tokens: output,
      output_tokens_details: { reasoning_tokens: thoughts },
      total_tokens: input + output,
    },
  };
}

function responseStream(said: Said) {
  const item = outputItem(said);
  const begun = { ...response(said), status: "in_progress", output: [], usage: null };
  const at = { output_index: 0, item_id: item.id };
  const text = typeof said === "string"
    ? halves(said).map((delta) => ({
      type: "response.output_text.delta",
      ...at,
      content_index: 0,
      delta,
    }))
    : [
      {
        type: "response.function_call_arguments.delta",
        ...at,
        delta: called(said).arguments,
      },
      {
        type: "response.function_call_arguments.done",
        ...at,
        arguments: called(said).arguments,
      },
    ];
  const opened = typeof said === "string" ? { ...item, content: [] } : { ...item, arguments: "" };
  return [
    { type: "response.created", response: begun },
    { type: "response.output_item.added", output_index: 0, item: opened },
    ...text,
    { type: "response.output_item.done", output_index: 0, item },
    { type: "response.completed", response: response(said) },
  ].map((event, sequence_number) => ({ ...event, sequence_number }));
}

function block(said: Said) {
  return typeof said === "string"
    ? { type: "text", text: said }
    : { type: "tool_use", id: "toolu_1", name: said.tool, input: said.args };
}

const messageUsage = { input_tokens: input - cached, cache_read_input_tokens: cached };

function message(said: Said) {
  return {
    id: "msg_1",
    type: "message",
    role: "assistant",
    model: "upstream",
    content: [block(said)],
    stop_reason: typeof said === "string" ? "end_turn" : "tool_use",
    stop_sequence: null,
    usage: { ...messageUsage, cache_creation_input_tokens: 0, output_tokens: output },
  };
}

function messageStream(said: Said) {
  const { stop_reason, ...rest } = message(said);
  const opened = typeof said === "string" ? block("") : { ...block(said), input: {} };
  const deltas = typeof said === "string"
    ? halves(said).map((text) => ({ type: "text_delta", text }))
    : halves(JSON.stringify(said.args)).map((partial_json) => ({
      type: "input_json_delta",
      partial_json,
    }));
  return [
    {
      type: "message_start",
      message: {
        ...rest,
        content: [],
        stop_reason: null,
        usage: { ...messageUsage, output_tokens: 1 },
      },
    },
    { type: "content_block_start", index: 0, content_block: opened },
    ...deltas.map((delta) => ({ type: "content_block_delta", index: 0, delta })),
    { type: "content_block_stop", index: 0 },
    {
      type: "message_delta",
      delta: { stop_reason, stop_sequence: null },
      usage: { output_tokens: output },
    },
    { type: "message_stop" },
  ];
}

function part(said: Said) {
  return typeof said === "string"
    ? { text: said }
    : { functionCall: { name: said.tool, args: said.args } };
}

function generated(parts: unknown[], finishReason?: string) {
  return {
    candidates: [{ index: 0, content: { role: "model", parts }, finishReason }],
    usageMetadata: {
      promptTokenCount: input,
      cachedContentTokenCount: cached,
      candidatesTokenCount: output - thoughts,
      thoughtsTokenCount: thoughts,
      totalTokenCount: input + output,
    },
    modelVersion: "upstream",
    responseId: "gen-1",
  };
}

function generatedStream(said: Said) {
  return typeof said === "string"
    ? [
      ...halves(said).map((text) => generated([part(text)])),
      generated([], "STOP"),
    ]
    : [generated([part(said)], "STOP")];
}
