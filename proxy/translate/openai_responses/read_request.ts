/** From a request for a response to the conversation in it. @module */
import type { Failure } from "../../../shared/errors.ts";
import type { JsonObject } from "../../../shared/json.ts";
import type { CallRequest } from "../../dialects/mod.ts";
import {
  type AnswerFormat,
  type Conversation,
  type FilePart,
  type Message,
  NO_SETTINGS,
  type Part,
  type SettingNames,
  type Settings,
  type TextPart,
  type ToolChoice,
} from "../conversation.ts";
import { objectOf, parsedObject, present } from "../json.ts";
import { sourceOf } from "../media.ts";
import { unreadable, untranslatable } from "../refusal.ts";
import { type ResponsesItem, type ResponsesRequest, responsesSchema } from "./request_schema.ts";
import { readSeal } from "./sealed.ts";

/** The names of the settings. */
export const RESPONSES_NAMES: SettingNames = {
  outputLimit: "max_output_tokens",
  temperature: "temperature",
  topP: "top_p",
  topK: "top_k",
  seed: "seed",
  frequencyPenalty: "frequency_penalty",
  presencePenalty: "presence_penalty",
  stop: "stop",
  toolChoice: "tool_choice",
  parallelCalls: "parallel_tool_calls",
  format: "text.format",
  reasoning: "reasoning.effort",
  thoughtsShown: "reasoning.summary",
  user: "user",
};

const HINTS = ["metadata", "prompt_cache_key", "prompt_cache_retention", "safety_identifier"];

/** See Wire. */
export function readResponsesRequest(
  call: CallRequest,
): Conversation | { readonly failure: Failure } {
  const { body } = call.arrived;
  const parsed = responsesSchema.safeParse(body.kind === "json" ? withoutNulls(body.json) : null);
  if (!parsed.success) return { failure: unreadable(parsed.error) };
  const { data } = parsed;
  const refused: string[] = [];
  const messages = messagesOf(data, refused);
  const [first] = refused;
  if (first !== undefined) return { failure: untranslatable(first, null) };
  return {
    messages,
    tools: (data.tools ?? []).map(({ name, description, parameters, strict }) => ({
      name,
      description: description ?? null,
      schema: (parameters ?? null) as JsonObject | null,
      strict: strict ?? null,
    })),
    settings: settingsOf(data, call),
    streaming: call.streaming,
    leftOut: HINTS.filter((member) => data[member as "metadata"] !== undefined),
  };
}

/** What is null was not said, in a request as in its items. */
function withoutNulls(request: JsonObject): JsonObject {
  const { input } = request;
  return present({
    ...request,
    input: Array.isArray(input) ? input.map((item) => present(objectOf(item) ?? { item })) : input,
  });
}

function messagesOf({ instructions, input }: ResponsesRequest, refused: string[]): Message[] {
  const messages: Message[] = instructions === undefined ? [] : [{
    role: "system",
    parts: [{ kind: "text", text: instructions, at: "instructions" }],
    at: "instructions",
  }];
  if (typeof input === "string") {
    return [...messages, { role: "user", parts: [{ kind: "text", text: input, at: "input" }] }];
  }
  for (const [index, item] of input.entries()) {
    const at = `input[${index}]`;
    const role = roleOf(item);
    const parts = partsOf(item, at, refused);
    const last = messages.at(-1);
    // What the model said in one turn are several items here.
    if (role === "assistant" && last?.role === "assistant") {
      messages[messages.length - 1] = { ...last, parts: [...last.parts, ...parts] };
    } else messages.push({ role, parts, at });
  }
  return messages;
}

function roleOf(item: ResponsesItem): Message["role"] {
  if (item.type === "function_call_output") return "user";
  if (item.type !== "message") return "assistant";
  return item.role === "developer" ? "system" : item.role;
}

function partsOf(item: ResponsesItem, at: string, refused: string[]): Part[] {
  switch (item.type) {
    case "message":
      return typeof item.content === "string"
        ? [{ kind: "text", text: item.content, at: `${at}.content` }]
        : item.content.map((each, index): Part => {
          const place = `${at}.content[${index}]`;
          return { ...contentOf(each, place, refused), at: place };
        });
    case "function_call": {
      const json = item.arguments.trim() === "" ? "{}" : item.arguments;
      const args = parsedObject(json);
      if (args === null) refused.push(`${at}.arguments`);
      return [{ kind: "call", id: item.call_id, name: item.name, args: args ?? {}, at }];
    }
    case "function_call_output":
      return [{
        kind: "result",
        callId: item.call_id,
        name: null,
        content: typeof item.output === "string"
          ? [{ kind: "text", text: item.output }]
          : item.output.map((each, index) => contentOf(each, `${at}.output[${index}]`, refused)),
        failed: false,
        at,
      }];
    case "reasoning": {
      const thoughts = item.summary?.length ? item.summary : item.content ?? [];
      const text = thoughts.map((each) => each.text).join("\n\n");
      const seal = item.encrypted_content === undefined ? null : readSeal(item.encrypted_content);
      if (seal !== null && text === "") return [{ kind: "sealed", data: seal, at }];
      return [{ kind: "reasoning", text, ...(seal === null ? {} : { signature: seal }), at }];
    }
    default:
      throw item satisfies never;
  }
}

type Content = Exclude<Extract<ResponsesItem, { type: "message" }>["content"], string>[number];

function contentOf(part: Content, at: string, refused: string[]): TextPart | FilePart {
  if (part.type === "refusal") return { kind: "text", text: part.refusal };
  if (part.type !== "input_image" && part.type !== "input_file") {
    return { kind: "text", text: part.text };
  }
  const isImage = part.type === "input_image";
  const url = isImage ? part.image_url : part.file_data;
  const source = sourceOf(url);
  if (source === null) refused.push(at);
  const name = isImage ? undefined : part.filename;
  return {
    kind: "file",
    sort: isImage ? "image" : "document",
    source: source ?? { kind: "url", url, mediaType: null },
    ...(name === undefined ? {} : { name }),
  };
}

function settingsOf(data: ResponsesRequest, call: CallRequest): Settings {
  const effort = data.reasoning?.effort;
  return {
    ...NO_SETTINGS,
    outputLimit: call.outputLimit,
    temperature: data.temperature ?? null,
    topP: data.top_p ?? null,
    toolChoice: choiceOf(data.tool_choice),
    parallelCalls: data.parallel_tool_calls ?? null,
    format: formatOf(data.text?.format),
    reasoning: effort == null
      ? null
      : effort === "none"
      ? { kind: "off" }
      : { kind: "effort", effort },
    thoughtsShown: data.reasoning?.summary == null ? null : true,
    user: data.user ?? null,
  };
}

function choiceOf(choice: ResponsesRequest["tool_choice"]): ToolChoice | null {
  if (choice === undefined) return null;
  if (choice === "required") return { kind: "any" };
  if (typeof choice === "string") return { kind: choice };
  const tools = choice.type === "function" ? [choice] : choice.tools;
  return { kind: "functions", names: tools.map(({ name }) => name) };
}

function formatOf(
  format: NonNullable<ResponsesRequest["text"]>["format"],
): AnswerFormat | null {
  if (format == null || format.type === "text") return null;
  if (format.type === "json_object") return { kind: "json" };
  const { name, description, schema, strict } = format;
  return {
    kind: "schema",
    name,
    description: description ?? null,
    schema: schema as JsonObject,
    strict: strict ?? null,
  };
}
