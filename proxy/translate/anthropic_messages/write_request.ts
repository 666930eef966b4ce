/** From a conversation to a messages request. @module */
import type { JsonObject } from "../../../shared/json.ts";
import type { AnswerFormat, Conversation, FilePart, Part, Settings } from "../conversation.ts";
import { present } from "../json.ts";
import { untranslatable } from "../refusal.ts";
import { turnsOf } from "../turns.ts";
import { leaveOut, type Notes, refuse } from "../notes.ts";
import type { Wire } from "../wire.ts";
import { thinkingFor } from "./thinking.ts";

const DIALECT = "anthropic.messages";
const HOTTEST = 1;

/** See Wire. */
export const writeMessagesRequest: Wire["writeRequest"] = (conversation, options) => {
  const { settings } = conversation;
  const { names } = options;
  const limit = Math.min(settings.outputLimit ?? options.outputLimit, options.outputLimit);
  const notes: Notes = { refused: [], leftOut: [] };
  const { refused } = notes;
  const { system, turns } = turnsOf(conversation.messages);
  const messages = turns.map(({ role, parts }) => ({
    role,
    content: inOrder(parts).flatMap((part) => blocksOf(part, notes)),
  }));
  for (const name of ["seed", "frequencyPenalty", "presencePenalty"] as const) {
    if (settings[name] !== null) refused.push(names[name]);
  }
  if (settings.temperature !== null && settings.temperature > HOTTEST) {
    refused.push(names.temperature);
  }
  // Nothing but a schema makes sure of the form here.
  if (settings.format?.kind === "json") refused.push(names.format);
  const many = settings.toolChoice?.kind === "functions" && settings.toolChoice.names.length > 1;
  if (many) refused.push(names.toolChoice);
  const thinking = thinkingFor(settings.reasoning, options.upstreamModel, limit);
  if (thinking === null) refused.push(names.reasoning);
  if (settings.thoughtsShown === false && thinking?.thinking === undefined) {
    refused.push(names.thoughtsShown);
  }
  const [first] = refused;
  if (first !== undefined) return { failure: untranslatable(first, DIALECT) };
  const output = present({
    effort: thinking?.effort,
    format: formatOf(settings.format),
  });
  return {
    body: present({
      model: options.upstreamModel,
      max_tokens: limit,
      messages,
      system: system.length === 0 ? null : system.map(({ text }) => ({ type: "text", text })),
      stream: conversation.streaming ? true : null,
      temperature: settings.temperature,
      top_p: settings.topP,
      top_k: settings.topK,
      stop_sequences: settings.stop.length === 0 ? null : settings.stop,
      tools: toolsOf(conversation),
      tool_choice: choiceOf(settings, conversation.tools.length),
      thinking: thinkingOf(thinking?.thinking, settings),
      output_config: Object.keys(output).length === 0 ? null : output,
      metadata: settings.user === null ? null : { user_id: settings.user },
    }),
    params: {},
    action: null,
    query: {},
    leftOut: [...conversation.leftOut, ...notes.leftOut],
  };
};

function thinkingOf(thinking: JsonObject | undefined, settings: Settings): JsonObject | null {
  if (thinking === undefined) return null;
  return settings.thoughtsShown === false ? { ...thinking, display: "omitted" } : thinking;
}

/** Results of functions must come first in their turn. */
function inOrder(parts: readonly Part[]): readonly Part[] {
  return [
    ...parts.filter(({ kind }) => kind === "result"),
    ...parts.filter(({ kind }) => kind !== "result"),
  ];
}

/** An empty text is refused there, and says nothing. */
function blocksOf(part: Part, notes: Notes): JsonObject[] {
  switch (part.kind) {
    case "text":
      return [
        ...(part.text === "" ? [] : [{ type: "text", text: part.text }]),
        ...(part.signature === undefined ? [] : leaveOut(part, notes)),
      ];
    case "file":
      return fileOf(part) ?? refuse(part, notes);
    case "call":
      if (part.signature !== undefined) leaveOut(part, notes);
      return [{ type: "tool_use", id: safeId(part.id), name: part.name, input: part.args }];
    case "result":
      return [{
        type: "tool_result",
        tool_use_id: safeId(part.callId),
        content: part.content.flatMap((each) => {
          if (each.kind === "text") {
            return each.text === "" ? [] : [{ type: "text", text: each.text }];
          }
          return fileOf(each) ?? refuse(part, notes);
        }),
        ...(part.failed ? { is_error: true } : {}),
      }];
    case "reasoning":
      // A thought is believed only with its own provider's signature.
      return part.signature?.by === "anthropic"
        ? [{
          type: "thinking",
          thinking: part.text,
          signature: part.signature.value,
        }]
        : refuse(part, notes);
    case "sealed":
      return part.data.by === "anthropic"
        ? [{ type: "redacted_thinking", data: part.data.value }]
        : leaveOut(part, notes);
    default:
      throw part satisfies never;
  }
}

/** Ids of other providers may have characters that are refused here; a call and its result agree. */
function safeId(id: string): string {
  return id.replaceAll(/[^a-zA-Z0-9_-]/g, "_") || "_";
}

/** Null when it cannot be said. */
function fileOf({ sort, source, name }: FilePart): JsonObject[] | null {
  if (sort === "audio") return null;
  const from = source.kind === "url"
    ? { type: "url", url: source.url }
    : { type: "base64", media_type: source.mediaType, data: source.base64 };
  return [{
    type: sort,
    source: from,
    ...(sort === "document" && name !== undefined ? { title: name } : {}),
  }];
}

function toolsOf({ tools }: Conversation): JsonObject[] | null {
  if (tools.length === 0) return null;
  return tools.map(({ name, description, schema, strict }) =>
    present({
      name,
      description,
      input_schema: { type: "object", ...(schema ?? { properties: {} }) },
      strict,
    })
  );
}

function choiceOf({ toolChoice, parallelCalls }: Settings, tools: number): JsonObject | null {
  const oneByOne = parallelCalls === false ? { disable_parallel_tool_use: true } : {};
  if (toolChoice === null) {
    return parallelCalls === false && tools > 0 ? { type: "auto", ...oneByOne } : null;
  }
  if (toolChoice.kind === "none") return { type: "none" };
  if (toolChoice.kind !== "functions") return { type: toolChoice.kind, ...oneByOne };
  return { type: "tool", name: toolChoice.names[0], ...oneByOne };
}

/** The name and the description of a format stand in its schema, as JSON Schema has them. */
function formatOf(format: AnswerFormat | null): JsonObject | null {
  if (format?.kind !== "schema") return null;
  const { name, description, schema } = format;
  return {
    type: "json_schema",
    schema: { ...present({ title: name, description }), ...schema },
  };
}
