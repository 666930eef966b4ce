/** From a messages request to the conversation in it. @module */
import type { Failure } from "../../../shared/errors.ts";
import type { JsonObject } from "../../../shared/json.ts";
import type { CallRequest } from "../../dialects/mod.ts";
import {
  type Conversation,
  type FilePart,
  type Message,
  NO_SETTINGS,
  type Part,
  type Reasoning,
  type SettingNames,
  type Settings,
  type TextPart,
} from "../conversation.ts";
import { unreadable } from "../refusal.ts";
import { type MessagesMessage, type MessagesRequest, messagesSchema } from "./request_schema.ts";
import { readSignature } from "./signature.ts";

/** Anthropic's names of the settings. */
export const MESSAGES_NAMES: SettingNames = {
  outputLimit: "max_tokens",
  temperature: "temperature",
  topP: "top_p",
  topK: "top_k",
  seed: "seed",
  frequencyPenalty: "frequency_penalty",
  presencePenalty: "presence_penalty",
  stop: "stop_sequences",
  toolChoice: "tool_choice",
  parallelCalls: "tool_choice.disable_parallel_tool_use",
  format: "output_config.format",
  reasoning: "thinking",
  thoughtsShown: "thinking.display",
  user: "metadata.user_id",
};

/** See Wire. */
export function readMessagesRequest(
  call: CallRequest,
): Conversation | { readonly failure: Failure } {
  const { body } = call.arrived;
  const parsed = messagesSchema.safeParse(body.kind === "json" ? body.json : null);
  if (!parsed.success) return { failure: unreadable(parsed.error) };
  const { data } = parsed;
  const system: Message[] = data.system == null || data.system.length === 0
    ? []
    : [{ role: "system", parts: textsOf(data.system, "system"), at: "system" }];
  return {
    messages: [
      ...system,
      ...data.messages.map((message, index) => messageOf(message, `messages[${index}]`)),
    ],
    tools: (data.tools ?? []).map(({ name, description, input_schema, strict }) => ({
      name,
      description: description ?? null,
      schema: input_schema as JsonObject,
      strict: strict ?? null,
    })),
    settings: settingsOf(data, call),
    streaming: call.streaming,
    leftOut: JSON.stringify(body).includes('"cache_control":') ? ["cache_control"] : [],
  };
}

function settingsOf(data: MessagesRequest, call: CallRequest): Settings {
  const { tool_choice: choice, output_config: output } = data;
  const oneByOne = choice != null && choice.type !== "none"
    ? choice.disable_parallel_tool_use ?? null
    : null;
  const shown = data.thinking != null && data.thinking.type !== "disabled"
    ? data.thinking.display ?? null
    : null;
  return {
    ...NO_SETTINGS,
    outputLimit: call.outputLimit,
    temperature: data.temperature ?? null,
    topP: data.top_p ?? null,
    topK: data.top_k ?? null,
    stop: data.stop_sequences ?? [],
    toolChoice: choice == null
      ? null
      : choice.type === "tool"
      ? { kind: "functions", names: [choice.name] }
      : { kind: choice.type },
    parallelCalls: oneByOne === null ? null : !oneByOne,
    format: output?.format == null ? null : {
      kind: "schema",
      name: null,
      description: null,
      schema: output.format.schema as JsonObject,
      strict: null,
    },
    reasoning: reasoningOf(data),
    thoughtsShown: shown === null ? null : shown === "summarized",
    user: data.metadata?.user_id ?? null,
  };
}

function reasoningOf({ thinking, output_config: output }: MessagesRequest): Reasoning | null {
  if (thinking?.type === "disabled") return { kind: "off" };
  if (thinking?.type === "enabled") return { kind: "budget", tokens: thinking.budget_tokens };
  if (output?.effort != null) return { kind: "effort", effort: output.effort };
  return thinking == null ? null : { kind: "auto" };
}

function messageOf({ role, content }: MessagesMessage, at: string): Message {
  if (typeof content === "string") return { role, parts: textsOf(content, `${at}.content`), at };
  const parts = content.map((block, index): Part => partOf(block, `${at}.content[${index}]`));
  return { role, parts, at };
}

type Block = Exclude<MessagesMessage["content"], string>[number];

function partOf(block: Block, at: string): Part {
  switch (block.type) {
    case "text":
      return { kind: "text", text: block.text, at };
    case "image":
    case "document":
      return { ...fileOf(block), at };
    case "tool_use":
      return {
        kind: "call",
        id: block.id,
        name: block.name,
        args: block.input as JsonObject,
        at,
      };
    case "tool_result":
      return {
        kind: "result",
        callId: block.tool_use_id,
        name: null,
        content: typeof block.content === "string"
          ? [{ kind: "text", text: block.content }]
          : (block.content ?? []).map((each): TextPart | FilePart =>
            each.type === "text" ? { kind: "text", text: each.text } : fileOf(each)
          ),
        failed: block.is_error === true,
        at,
      };
    case "thinking":
      return {
        kind: "reasoning",
        text: block.thinking,
        ...(block.signature ? { signature: readSignature(block.signature) } : {}),
        at,
      };
    case "redacted_thinking":
      return { kind: "sealed", data: readSignature(block.data), at };
    default:
      throw block satisfies never;
  }
}

function fileOf(block: Extract<Block, { type: "image" | "document" }>): FilePart {
  const { source } = block;
  const isDocument = block.type === "document";
  const title = isDocument ? block.title : null;
  return {
    kind: "file",
    sort: isDocument ? "document" : "image",
    source: source.type === "base64"
      ? { kind: "data", mediaType: source.media_type, base64: source.data }
      : { kind: "url", url: source.url, mediaType: isDocument ? "application/pdf" : null },
    ...(title == null ? {} : { name: title }),
  };
}

function textsOf(content: string | readonly { text: string }[], at: string): Part[] {
  return typeof content === "string"
    ? [{ kind: "text", text: content, at }]
    : content.map(({ text }, index) => ({ kind: "text", text, at: `${at}[${index}]` }));
}
