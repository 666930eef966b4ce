/** From a conversation to a request for a response. @module */
import type { JsonObject } from "../../../shared/json.ts";
import type { Conversation, FilePart, Message, Part, ToolChoice } from "../conversation.ts";
import { present } from "../json.ts";
import { urlOf } from "../media.ts";
import { leaveOut, type Notes, refuse } from "../notes.ts";
import { effortOf } from "../reasoning.ts";
import { untranslatable } from "../refusal.ts";
import type { Wire, WriteOptions } from "../wire.ts";

const DIALECT = "openai.responses";

/** What this protocol has no member for. */
const UNSAID = ["topK", "seed", "frequencyPenalty", "presencePenalty"] as const;

/** See Wire. */
export const writeResponsesRequest: Wire["writeRequest"] = (conversation, options) => {
  const { settings, messages } = conversation;
  const notes: Notes = { refused: [], leftOut: [...conversation.leftOut] };
  const input = messages.flatMap((message) => itemsOf(message, notes));
  const last = messages.at(-1);
  if (last?.role === "assistant") notes.refused.push(last.at ?? "messages");
  for (const name of UNSAID) if (settings[name] !== null) notes.refused.push(options.names[name]);
  if (settings.stop.length > 0) notes.refused.push(options.names.stop);
  const [first] = notes.refused;
  if (first !== undefined) return { failure: untranslatable(first, DIALECT) };
  return {
    body: present({
      model: options.upstreamModel,
      input,
      stream: conversation.streaming ? true : null,
      store: false,
      max_output_tokens: settings.outputLimit,
      temperature: settings.temperature,
      top_p: settings.topP,
      tools: toolsOf(conversation),
      tool_choice: choiceOf(settings.toolChoice),
      parallel_tool_calls: settings.parallelCalls,
      text: formatOf(conversation),
      reasoning: reasoningOf(conversation, options),
      user: settings.user,
    }),
    params: {},
    action: null,
    query: {},
    leftOut: notes.leftOut,
  };
};

function itemsOf({ role, parts }: Message, notes: Notes): JsonObject[] {
  const items: JsonObject[] = [];
  let content: JsonObject[] = [];
  const close = () => {
    if (content.length > 0) items.push({ type: "message", role, content });
    content = [];
  };
  for (const part of parts) {
    const item = itemOf(part, notes);
    if (item === null) content.push(...contentOf(part, role, notes));
    else {
      close();
      items.push(...item);
    }
  }
  close();
  return items;
}

/** Null for what is content of a message. */
function itemOf(part: Part, notes: Notes): JsonObject[] | null {
  switch (part.kind) {
    case "text":
    case "file":
      return null;
    case "call": {
      const { id, name, args } = part;
      if (part.signature !== undefined) leaveOut(part, notes);
      return [{ type: "function_call", call_id: id, name, arguments: JSON.stringify(args) }];
    }
    case "result": {
      const texts = part.content.flatMap((each) => each.kind === "text" ? [each.text] : []);
      const text = part.failed ? `Error: ${texts.join("\n")}` : texts.join("\n");
      const files = part.content.flatMap((each) => each.kind === "file" ? [each] : []);
      return [{
        type: "function_call_output",
        call_id: part.callId,
        output: files.length === 0
          ? text
          : [{ type: "input_text", text }, ...files.flatMap((file) => fileOf(file, part, notes))],
      }];
    }
    case "reasoning":
      // A thought is taken only with its own provider's seal.
      return part.signature?.by === "other"
        ? [thoughtOf(part.text, part.signature.value)]
        : refuse(part, notes);
    case "sealed":
      return part.data.by === "other" ? [thoughtOf("", part.data.value)] : leaveOut(part, notes);
    default:
      throw part satisfies never;
  }
}

function thoughtOf(text: string, seal: string): JsonObject {
  const summary = text === "" ? [] : [{ type: "summary_text", text }];
  return { type: "reasoning", summary, encrypted_content: seal };
}

function contentOf(part: Part, role: Message["role"], notes: Notes): JsonObject[] {
  if (part.kind === "text") {
    if (part.signature !== undefined) leaveOut(part, notes);
    return [{ type: role === "assistant" ? "output_text" : "input_text", text: part.text }];
  }
  return part.kind === "file" ? fileOf(part, part, notes) : [];
}

function fileOf({ sort, source, name }: FilePart, part: Part, notes: Notes): JsonObject[] {
  if (sort === "image") return [{ type: "input_image", image_url: urlOf(source), detail: "auto" }];
  if (sort === "audio") return refuse(part, notes);
  return source.kind === "url"
    ? [{ type: "input_file", file_url: source.url }]
    : [{ type: "input_file", filename: name ?? "document.pdf", file_data: urlOf(source) }];
}

function toolsOf({ tools }: Conversation): JsonObject[] | null {
  if (tools.length === 0) return null;
  // Calls must fit here unless the client says otherwise, and elsewhere only when it says so.
  return tools.map(({ name, description, schema, strict }) => ({
    type: "function",
    name,
    ...present({ description }),
    parameters: schema ?? { type: "object", properties: {} },
    strict: strict ?? false,
  }));
}

function choiceOf(choice: ToolChoice | null): string | JsonObject | null {
  if (choice === null) return null;
  if (choice.kind === "any") return "required";
  if (choice.kind !== "functions") return choice.kind;
  const tools = choice.names.map((name) => ({ type: "function", name }));
  return tools.length === 1 && tools[0] !== undefined
    ? tools[0]
    : { type: "allowed_tools", mode: "required", tools };
}

function formatOf({ settings: { format } }: Conversation): JsonObject | null {
  if (format === null) return null;
  if (format.kind === "json") return { format: { type: "json_object" } };
  const { name, description, schema, strict } = format;
  return {
    format: present({
      type: "json_schema",
      name: name ?? "answer",
      description,
      schema,
      strict: strict ?? false,
    }),
  };
}

function reasoningOf({ settings }: Conversation, options: WriteOptions): JsonObject | null {
  const { reasoning, thoughtsShown } = settings;
  const summary = thoughtsShown === true ? "auto" : null;
  const effort = reasoning === null || reasoning.kind === "auto"
    ? null
    : reasoning.kind === "off"
    ? "none"
    : reasoning.kind === "budget"
    ? effortOf(reasoning.tokens, settings.outputLimit ?? options.outputLimit)
    : reasoning.effort === "max"
    ? "xhigh"
    : reasoning.effort;
  const said = present({ effort, summary });
  return Object.keys(said).length === 0 ? null : said;
}
