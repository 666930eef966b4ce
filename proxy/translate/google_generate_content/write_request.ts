/** From a conversation to a request to generate content. @module */
import type { JsonObject } from "../../../shared/json.ts";
import type { Conversation, FilePart, Part, ResultPart, Settings } from "../conversation.ts";
import { parsedObject, present } from "../json.ts";
import { leaveOut, type Notes, refuse } from "../notes.ts";
import { budgetOf } from "../reasoning.ts";
import { untranslatable } from "../refusal.ts";
import { type Turn, turnsOf } from "../turns.ts";
import type { Wire, WriteOptions } from "../wire.ts";

const DIALECT = "google.generateContent";

/** See Wire. */
export const writeGenerateRequest: Wire["writeRequest"] = (conversation, options) => {
  const { settings } = conversation;
  const notes: Notes = { refused: [], leftOut: [...conversation.leftOut] };
  const { system, turns } = turnsOf(conversation.messages);
  const names = functionNames(turns);
  const contents = turns.map(({ role, parts }) => ({
    role: role === "assistant" ? "model" : "user",
    parts: partsOf(parts, names, notes),
  }));
  if (settings.parallelCalls === false) notes.refused.push(options.names.parallelCalls);
  if (settings.user !== null) notes.leftOut.push(options.names.user);
  const query: Record<string, string> = conversation.streaming ? { alt: "sse" } : {};
  const [first] = notes.refused;
  if (first !== undefined) return { failure: untranslatable(first, DIALECT) };
  return {
    body: present({
      contents,
      systemInstruction: system.length === 0
        ? null
        : { parts: system.map(({ text }) => ({ text })) },
      generationConfig: configOf(settings, options),
      tools: toolsOf(conversation),
      toolConfig: toolConfigOf(conversation),
    }),
    params: { model: options.upstreamModel },
    action: conversation.streaming ? "streamGenerateContent" : "generateContent",
    query,
    leftOut: notes.leftOut,
  };
};

/** Results name their function here, and elsewhere only its call. */
function functionNames(turns: readonly Turn[]): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  for (const { parts } of turns) {
    for (const part of parts) if (part.kind === "call") names.set(part.id, part.name);
  }
  return names;
}

function partsOf(
  parts: readonly Part[],
  names: ReadonlyMap<string, string>,
  notes: Notes,
): JsonObject[] {
  const written: JsonObject[] = [];
  let sealed: string | null = null;
  for (const part of parts) {
    if (part.kind === "sealed") {
      if (part.data.by === "google") {
        if (sealed !== null) written.push({ text: "", thoughtSignature: sealed });
        sealed = part.data.value;
      } else leaveOut(part, notes);
      continue;
    }
    // A sealed thought before a call is the call's own signature.
    const own: string | null = part.kind === "call" ? sealed : null;
    if (sealed !== null && own === null) written.push({ text: "", thoughtSignature: sealed });
    sealed = null;
    written.push(...partOf(part, own, names, notes));
  }
  if (sealed !== null) written.push({ text: "", thoughtSignature: sealed });
  return written;
}

function partOf(
  part: Exclude<Part, { kind: "sealed" }>,
  sealed: string | null,
  names: ReadonlyMap<string, string>,
  notes: Notes,
): JsonObject[] {
  switch (part.kind) {
    case "text":
      return [{ text: part.text, ...signatureOf(part, notes) }];
    case "reasoning":
      return [{ text: part.text, thought: true, ...signatureOf(part, notes) }];
    case "file":
      if (part.name !== undefined) leaveOut(part, notes);
      return [fileOf(part)];
    case "call": {
      const { id, name, args } = part;
      const own = signatureOf(part, notes);
      const signature = sealed === null || "thoughtSignature" in own
        ? own
        : { thoughtSignature: sealed };
      return [{ functionCall: { id, name, args }, ...signature }];
    }
    case "result": {
      const name = part.name ?? names.get(part.callId);
      if (name === undefined) return refuse(part, notes);
      return [{ functionResponse: { id: part.callId, name, ...responseOf(part) } }];
    }
    default:
      throw part satisfies never;
  }
}

function signatureOf(part: Extract<Part, { kind: "text" | "reasoning" | "call" }>, notes: Notes) {
  if (part.signature === undefined) return {};
  if (part.signature.by === "google") return { thoughtSignature: part.signature.value };
  leaveOut(part, notes);
  return {};
}

function responseOf({ content, failed }: ResultPart): JsonObject {
  const texts = content.filter((each) => each.kind === "text").map(({ text }) => text);
  const files = content.filter((each) => each.kind === "file").map(fileOf);
  const text = texts.join("\n");
  const response = failed ? { error: text } : parsedObject(text) ?? { output: text };
  return { response, ...(files.length === 0 ? {} : { parts: files }) };
}

function fileOf({ source }: FilePart): JsonObject {
  return source.kind === "data"
    ? { inlineData: { mimeType: source.mediaType, data: source.base64 } }
    : { fileData: { ...present({ mimeType: source.mediaType }), fileUri: source.url } };
}

function configOf(settings: Settings, options: WriteOptions): JsonObject | null {
  const { format } = settings;
  const limit = settings.outputLimit ?? options.outputLimit;
  const config = present({
    maxOutputTokens: settings.outputLimit,
    temperature: settings.temperature,
    topP: settings.topP,
    topK: settings.topK,
    seed: settings.seed,
    frequencyPenalty: settings.frequencyPenalty,
    presencePenalty: settings.presencePenalty,
    stopSequences: settings.stop.length === 0 ? null : settings.stop,
    responseMimeType: format === null ? null : "application/json",
    responseJsonSchema: format?.kind === "schema"
      ? { ...present({ title: format.name, description: format.description }), ...format.schema }
      : null,
    thinkingConfig: thinkingOf(settings, Math.min(limit, options.outputLimit)),
  });
  return Object.keys(config).length === 0 ? null : config;
}

/** Every generation takes a budget; thoughts are shown unless the client hides them. */
function thinkingOf({ reasoning, thoughtsShown }: Settings, limit: number): JsonObject | null {
  if (reasoning === null) return thoughtsShown === true ? { includeThoughts: true } : null;
  if (reasoning.kind === "off") return { thinkingBudget: 0 };
  const thinkingBudget = reasoning.kind === "auto"
    ? -1
    : reasoning.kind === "budget"
    ? reasoning.tokens
    : Math.min(budgetOf(reasoning.effort, limit), MOST_BUDGET);
  return { includeThoughts: thoughtsShown ?? true, thinkingBudget };
}

/** The largest budget that every thinking model takes, by Google's table of thinking budgets. */
const MOST_BUDGET = 24_576;

function toolsOf({ tools }: Conversation): JsonObject[] | null {
  if (tools.length === 0) return null;
  return [{
    functionDeclarations: tools.map(({ name, description, schema }) =>
      present({ name, description, parametersJsonSchema: schema })
    ),
  }];
}

/** That calls must fit their schema is a mode of all functions here. */
function toolConfigOf({ tools, settings: { toolChoice } }: Conversation): JsonObject | null {
  const strict = tools.some((tool) => tool.strict === true);
  if (toolChoice === null || toolChoice.kind === "auto") {
    if (strict) return { functionCallingConfig: { mode: "VALIDATED" } };
    return toolChoice === null ? null : { functionCallingConfig: { mode: "AUTO" } };
  }
  if (toolChoice.kind === "none") return { functionCallingConfig: { mode: "NONE" } };
  return {
    functionCallingConfig: {
      mode: "ANY",
      ...(toolChoice.kind === "functions" ? { allowedFunctionNames: toolChoice.names } : {}),
    },
  };
}
