/** From a conversation to a chat completions request. @module */
import type { JsonObject } from "../../../shared/json.ts";
import type {
  AnswerFormat,
  CallPart,
  Conversation,
  FilePart,
  Message,
  Part,
  ReasoningPart,
  ResultPart,
  SealedPart,
  ToolChoice,
} from "../conversation.ts";
import { present } from "../json.ts";
import { urlOf } from "../media.ts";
import { leaveOut, type Notes, refuse } from "../notes.ts";
import { effortOf } from "../reasoning.ts";
import { untranslatable } from "../refusal.ts";
import type { ThoughtForm, Wire, WriteOptions } from "../wire.ts";
import { reasoningDetail } from "./reasoning_details.ts";

const DIALECT = "openai.chat.completions";

/** See Wire. */
export const writeChatRequest: Wire["writeRequest"] = (conversation, options) => {
  const notes: Notes = { refused: [], leftOut: [...conversation.leftOut] };
  const { refused, leftOut } = notes;
  const { settings } = conversation;
  const messages = conversation.messages.flatMap((each) =>
    each.role === "assistant"
      ? [assistantMessage(each.parts, options.thoughts, notes)]
      : messagesOf(each, refused)
  );
  const last = conversation.messages.at(-1);
  // Others go on with the text of a last message of the model; here it would be answered.
  if (last?.role === "assistant") refused.push(last.at ?? "messages");
  if (settings.topK !== null) refused.push(options.names.topK);
  if (settings.thoughtsShown === false) refused.push(options.names.thoughtsShown);
  const [first] = refused;
  if (first !== undefined) return { failure: untranslatable(first, DIALECT) };
  return {
    body: present({
      model: options.upstreamModel,
      messages,
      stream: conversation.streaming ? true : null,
      [options.outputLimitParameter]: settings.outputLimit,
      temperature: settings.temperature,
      top_p: settings.topP,
      seed: settings.seed,
      frequency_penalty: settings.frequencyPenalty,
      presence_penalty: settings.presencePenalty,
      stop: settings.stop.length === 0 ? null : settings.stop,
      tools: toolsOf(conversation),
      tool_choice: choiceOf(settings.toolChoice),
      parallel_tool_calls: settings.parallelCalls,
      response_format: formatOf(settings.format),
      reasoning_effort: effortFor(conversation, options),
      user: settings.user,
    }),
    params: {},
    action: null,
    query: {},
    leftOut,
  };
};

function messagesOf({ role, parts, at }: Message, refused: string[]): JsonObject[] {
  if (role === "system") return [{ role, content: contentOf(parts, refused) }];
  const results = parts.filter((part): part is ResultPart & Part => part.kind === "result");
  const rest = parts.filter(({ kind }) => kind !== "result");
  const messages: JsonObject[] = results.map((result) => ({
    role: "tool",
    tool_call_id: result.callId,
    content: resultText(result, refused),
  }));
  if (rest.length > 0) messages.push({ role, content: contentOf(rest, refused) });
  if (messages.length === 0) refused.push(at ?? "messages");
  return messages;
}

function assistantMessage(
  parts: readonly Part[],
  form: ThoughtForm,
  notes: Notes,
): JsonObject {
  const of = <Kind extends Part["kind"]>(kind: Kind) =>
    parts.filter((part): part is Extract<Part, { kind: Kind }> => part.kind === kind);
  for (const part of [...of("file"), ...of("result")]) refuse(part, notes);
  const calls = of("call").map(callOf);
  const text = of("text").map((part) => part.text).join("");
  return {
    role: "assistant",
    content: text === "" && calls.length > 0 ? null : text,
    ...thoughtMembers(parts, form, notes),
    ...(calls.length === 0 ? {} : { tool_calls: calls }),
  };
}

/** What the model thought, in the members in which this server takes it back. */
function thoughtMembers(
  parts: readonly Part[],
  form: ThoughtForm,
  notes: Notes,
): JsonObject {
  const thoughts = parts.filter((part): part is (ReasoningPart | SealedPart) & Part =>
    part.kind === "reasoning" || part.kind === "sealed"
  );
  if (thoughts.length === 0) return {};
  if (form === "reasoning_details") return { reasoning_details: thoughts.map(reasoningDetail) };
  for (const part of thoughts) {
    const whole = part.kind === "reasoning" && part.signature === undefined && form !== "none";
    if (!whole) leaveOut(part, notes);
  }
  const text = thoughts.flatMap((part) => part.kind === "reasoning" ? [part.text] : [])
    .join("\n\n");
  return form === "none" || text === "" ? {} : { [form]: text };
}

function callOf({ id, name, args, signature }: CallPart): JsonObject {
  return {
    id,
    type: "function",
    function: { name, arguments: JSON.stringify(args) },
    ...(signature?.by === "google"
      ? { extra_content: { google: { thought_signature: signature.value } } }
      : {}),
  };
}

function contentOf(parts: readonly Part[], refused: string[]): string | JsonObject[] {
  const [only] = parts;
  if (parts.length === 1 && only?.kind === "text") return only.text;
  return parts.flatMap((part): JsonObject[] => {
    if (part.kind === "text") return [{ type: "text", text: part.text }];
    const file = part.kind === "file" ? fileOf(part) : null;
    if (file === null) refused.push(part.at ?? "messages");
    return file === null ? [] : [file];
  });
}

const SOUNDS: Readonly<Record<string, string>> = {
  "audio/wav": "wav",
  "audio/x-wav": "wav",
  "audio/mpeg": "mp3",
  "audio/mp3": "mp3",
};

/** Null when it cannot be said. */
function fileOf({ sort, source, name }: FilePart): JsonObject | null {
  if (sort === "image") return { type: "image_url", image_url: { url: urlOf(source) } };
  if (source.kind === "url") return null;
  if (sort === "document") {
    return {
      type: "file",
      file: { filename: name ?? "document.pdf", file_data: urlOf(source) },
    };
  }
  const format = SOUNDS[source.mediaType];
  return format === undefined
    ? null
    : { type: "input_audio", input_audio: { data: source.base64, format } };
}

/** That a function failed can be said in words only. */
function resultText({ content, failed, ...part }: ResultPart & Part, refused: string[]): string {
  const texts = content.map((each) => {
    if (each.kind === "text") return each.text;
    refused.push(part.at ?? "messages");
    return "";
  });
  const text = texts.join("\n");
  return failed ? `Error: ${text}` : text;
}

function toolsOf({ tools }: Conversation): JsonObject[] | null {
  if (tools.length === 0) return null;
  return tools.map(({ name, description, schema, strict }) => ({
    type: "function",
    function: present({ name, description, parameters: schema, strict }),
  }));
}

function choiceOf(choice: ToolChoice | null): string | JsonObject | null {
  if (choice === null) return null;
  if (choice.kind === "any") return "required";
  if (choice.kind !== "functions") return choice.kind;
  const tools = choice.names.map((name) => ({ type: "function", function: { name } }));
  return tools.length === 1 && tools[0] !== undefined
    ? tools[0]
    : { type: "allowed_tools", allowed_tools: { mode: "required", tools } };
}

function formatOf(format: AnswerFormat | null): JsonObject | null {
  if (format === null) return null;
  if (format.kind === "json") return { type: "json_object" };
  const { name, description, schema, strict } = format;
  return {
    type: "json_schema",
    json_schema: present({ name: name ?? nameFrom(schema.title), description, schema, strict }),
  };
}

/** A name must be there, and what it is changes nothing. */
function nameFrom(title: unknown): string {
  const name = typeof title === "string" ? title.replaceAll(/[^A-Za-z0-9_-]+/g, "_") : "";
  return name.slice(0, 64) || "answer";
}

function effortFor({ settings }: Conversation, options: WriteOptions): string | null {
  const { reasoning } = settings;
  if (reasoning === null || reasoning.kind === "auto") return null;
  if (reasoning.kind === "off") return "none";
  if (reasoning.kind === "budget") {
    return effortOf(reasoning.tokens, settings.outputLimit ?? options.outputLimit);
  }
  return reasoning.effort === "max" ? "xhigh" : reasoning.effort;
}
