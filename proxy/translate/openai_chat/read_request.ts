/** From a chat completions request to the conversation in it. @module */
import type { Failure } from "../../../shared/errors.ts";
import type { JsonObject } from "../../../shared/json.ts";
import type { CallRequest } from "../../dialects/mod.ts";
import type {
  AnswerFormat,
  Conversation,
  Message,
  Part,
  Reasoning,
  SettingNames,
  ToolChoice,
} from "../conversation.ts";
import { objectOf, parsedObject, present } from "../json.ts";
import { sourceOf } from "../media.ts";
import { unreadable, untranslatable } from "../refusal.ts";
import { signerOf } from "./reasoning_details.ts";
import { type ChatMessage, type ChatRequest, chatSchema } from "./request_schema.ts";

/** OpenAI's names of the settings. */
export const CHAT_NAMES: SettingNames = {
  outputLimit: "max_completion_tokens",
  temperature: "temperature",
  topP: "top_p",
  topK: "top_k",
  seed: "seed",
  frequencyPenalty: "frequency_penalty",
  presencePenalty: "presence_penalty",
  stop: "stop",
  toolChoice: "tool_choice",
  parallelCalls: "parallel_tool_calls",
  format: "response_format",
  reasoning: "reasoning_effort",
  thoughtsShown: "reasoning.exclude",
  user: "user",
};

const HINTS = ["metadata", "prompt_cache_key", "prompt_cache_retention", "safety_identifier"];

/** See Wire. */
export function readChatRequest(call: CallRequest): Conversation | { readonly failure: Failure } {
  const { body } = call.arrived;
  const parsed = chatSchema.safeParse(body.kind === "json" ? withoutNulls(body.json) : null);
  if (!parsed.success) return { failure: unreadable(parsed.error) };
  const { data } = parsed;
  const refused: string[] = [];
  const messages = data.messages.map((message, index) =>
    messageOf(message, `messages[${index}]`, refused)
  );
  const reasoning = reasoningOf(data);
  const [first] = refused;
  if (first !== undefined) return { failure: untranslatable(first, null) };
  return {
    messages,
    tools: (data.tools ?? []).map(({ function: { name, description, parameters, strict } }) => ({
      name,
      description: description ?? null,
      schema: (parameters ?? null) as JsonObject | null,
      strict: strict ?? null,
    })),
    settings: {
      outputLimit: call.outputLimit,
      temperature: data.temperature ?? null,
      topP: data.top_p ?? null,
      topK: data.top_k ?? null,
      seed: data.seed ?? null,
      // Nothing is taken off: that is what every model does by itself.
      frequencyPenalty: data.frequency_penalty || null,
      presencePenalty: data.presence_penalty || null,
      stop: data.stop == null ? [] : [data.stop].flat(),
      toolChoice: choiceOf(data.tool_choice),
      parallelCalls: data.parallel_tool_calls ?? null,
      format: formatOf(data.response_format),
      reasoning,
      thoughtsShown: data.reasoning?.exclude == null ? null : !data.reasoning.exclude,
      user: data.user ?? null,
    },
    streaming: call.streaming,
    leftOut: [
      ...HINTS.filter((member) => data[member as "metadata"] != null),
      ...(JSON.stringify(body).includes('"cache_control":') ? ["cache_control"] : []),
    ],
  };
}

/** What is null was not said, in a request as in its messages. */
function withoutNulls(request: JsonObject): JsonObject {
  const { messages } = request;
  return present({
    ...request,
    messages: Array.isArray(messages)
      ? messages.map((message) => present(objectOf(message) ?? { message }))
      : messages,
  });
}

type Of<Role> = Extract<ChatMessage, { role: Role }>;

function messageOf(message: ChatMessage, at: string, refused: string[]): Message {
  switch (message.role) {
    case "system":
    case "developer":
      return { role: "system", parts: textsOf(message.content, at), at };
    case "user":
      return { role: "user", parts: userParts(message, at, refused), at };
    case "tool":
      return {
        role: "user",
        parts: [{
          kind: "result",
          callId: message.tool_call_id,
          name: message.name ?? null,
          content: textsOf(message.content, at),
          failed: false,
          at,
        }],
        at,
      };
    case "assistant":
      return { role: "assistant", parts: assistantParts(message, at, refused), at };
    default:
      throw message satisfies never;
  }
}

function textsOf(content: string | readonly { text: string }[], at: string) {
  return typeof content === "string"
    ? [{ kind: "text" as const, text: content, at: `${at}.content` }]
    : content.map(({ text }, index) => ({
      kind: "text" as const,
      text,
      at: `${at}.content[${index}]`,
    }));
}

function userParts({ content }: Of<"user">, at: string, refused: string[]): Part[] {
  if (typeof content === "string") return textsOf(content, at);
  return content.map((part, index): Part => {
    const place = `${at}.content[${index}]`;
    if (part.type === "text") return { kind: "text", text: part.text, at: place };
    if (part.type === "input_audio") {
      const { data, format } = part.input_audio;
      const mediaType = format === "mp3" ? "audio/mpeg" : "audio/wav";
      return {
        kind: "file",
        sort: "audio",
        source: { kind: "data", mediaType, base64: data },
        at: place,
      };
    }
    const isImage = part.type === "image_url";
    const url = !isImage
      ? part.file.file_data
      : typeof part.image_url === "string"
      ? part.image_url
      : part.image_url.url;
    const source = sourceOf(url);
    if (source === null) refused.push(`${place}.${part.type}`);
    const name = isImage ? null : part.file.filename ?? null;
    return {
      kind: "file",
      sort: isImage ? "image" : "document",
      source: source ?? { kind: "url", url, mediaType: null },
      ...(name === null ? {} : { name }),
      at: place,
    };
  });
}

function assistantParts(message: Of<"assistant">, at: string, refused: string[]): Part[] {
  const parts: Part[] = reasoningParts(message, at);
  const { content } = message;
  if (typeof content === "string") {
    if (content !== "") parts.push({ kind: "text", text: content, at: `${at}.content` });
  } else {
    for (const [index, part] of (content ?? []).entries()) {
      const text = part.type === "text" ? part.text : part.refusal;
      parts.push({ kind: "text", text, at: `${at}.content[${index}]` });
    }
  }
  if (message.refusal) parts.push({ kind: "text", text: message.refusal, at: `${at}.refusal` });
  for (const [index, call] of (message.tool_calls ?? []).entries()) {
    const place = `${at}.tool_calls[${index}]`;
    const { name, arguments: json } = call.function;
    const args = parsedObject(json.trim() === "" ? "{}" : json);
    if (args === null) refused.push(`${place}.function.arguments`);
    const signed = call.extra_content?.google.thought_signature;
    parts.push({
      kind: "call",
      id: call.id,
      name,
      args: args ?? {},
      ...(signed === undefined ? {} : { signature: { by: "google", value: signed } }),
      at: place,
    });
  }
  return parts;
}

/** The details say more than the plain text; where they are, the text is a copy of theirs. */
function reasoningParts(message: Of<"assistant">, at: string): Part[] {
  const details = message.reasoning_details ?? [];
  if (details.length === 0) {
    const member = message.reasoning_content ? "reasoning_content" : "reasoning";
    const text = message[member];
    return text ? [{ kind: "reasoning", text, at: `${at}.${member}` }] : [];
  }
  return details.map((detail, index): Part => {
    const place = `${at}.reasoning_details[${index}]`;
    const by = signerOf(detail.format);
    if (detail.type === "reasoning.encrypted") {
      return { kind: "sealed", data: { by, value: detail.data ?? "" }, at: place };
    }
    return {
      kind: "reasoning",
      text: detail.text ?? detail.summary ?? "",
      ...(detail.signature ? { signature: { by, value: detail.signature } } : {}),
      at: place,
    };
  });
}

function choiceOf(choice: ChatRequest["tool_choice"]): ToolChoice | null {
  if (choice == null) return null;
  if (choice === "auto" || choice === "none") return { kind: choice };
  if (choice === "required" || choice === "any") return { kind: "any" };
  const tools = choice.type === "function" ? [choice] : choice.allowed_tools.tools;
  return { kind: "functions", names: tools.map((tool) => tool.function.name) };
}

function formatOf(format: ChatRequest["response_format"]): AnswerFormat | null {
  if (format == null || format.type === "text") return null;
  if (format.type === "json_object") return { kind: "json" };
  const { name, description, schema, strict } = format.json_schema;
  return {
    kind: "schema",
    name,
    description: description ?? null,
    schema: schema as JsonObject,
    strict: strict ?? null,
  };
}

function reasoningOf(request: ChatRequest): Reasoning | null {
  const { reasoning_effort, reasoning, thinking, enable_thinking } = request;
  const effort = reasoning_effort ?? reasoning?.effort;
  const wanted = reasoning?.enabled ?? enable_thinking ??
    (thinking == null ? null : thinking.type === "enabled");
  if (wanted === false || effort === "none") return { kind: "off" };
  if (reasoning?.max_tokens != null) return { kind: "budget", tokens: reasoning.max_tokens };
  if (effort != null) return { kind: "effort", effort };
  return wanted === true ? { kind: "auto" } : null;
}
