/** From a request to generate content to the conversation in it. @module */
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
  type Reasoning,
  type SettingNames,
  type Settings,
  type ToolChoice,
} from "../conversation.ts";
import { sortOf } from "../media.ts";
import { unreadable, untranslatable } from "../refusal.ts";
import { camelCased } from "./camel.ts";
import { type GeneratePart, type GenerateRequest, generateSchema } from "./request_schema.ts";
import { jsonSchemaOf } from "./schema.ts";

/** Google's names of the settings. */
export const GENERATE_NAMES: SettingNames = {
  outputLimit: "generationConfig.maxOutputTokens",
  temperature: "generationConfig.temperature",
  topP: "generationConfig.topP",
  topK: "generationConfig.topK",
  seed: "generationConfig.seed",
  frequencyPenalty: "generationConfig.frequencyPenalty",
  presencePenalty: "generationConfig.presencePenalty",
  stop: "generationConfig.stopSequences",
  toolChoice: "toolConfig.functionCallingConfig",
  parallelCalls: "toolConfig.functionCallingConfig",
  format: "generationConfig.responseMimeType",
  reasoning: "generationConfig.thinkingConfig",
  thoughtsShown: "generationConfig.thinkingConfig.includeThoughts",
  user: "labels",
};

/** See Wire. */
export function readGenerateRequest(
  call: CallRequest,
): Conversation | { readonly failure: Failure } {
  const { body } = call.arrived;
  const parsed = generateSchema.safeParse(body.kind === "json" ? camelCased(body.json) : null);
  if (!parsed.success) return { failure: unreadable(parsed.error) };
  const { data } = parsed;
  const refused: string[] = [];
  const calls = new CallNames();
  const messages = data.contents.map(({ role, parts }, index): Message => ({
    role: role === "model" ? "assistant" : "user",
    parts: parts.flatMap((part, number) =>
      partsOf(part, `contents[${index}].parts[${number}]`, calls, refused)
    ),
    at: `contents[${index}]`,
  }));
  const [first] = refused;
  if (first !== undefined) return { failure: untranslatable(first, null) };
  const validated = data.toolConfig?.functionCallingConfig?.mode === "VALIDATED";
  return {
    messages: [...instructionsOf(data), ...messages],
    tools: (data.tools ?? []).flatMap(({ functionDeclarations }) => functionDeclarations ?? []).map(
      ({ name, description, parameters, parametersJsonSchema }) => ({
        name,
        description: description ?? null,
        schema: (parametersJsonSchema as JsonObject | undefined) ??
          (parameters === undefined ? null : jsonSchemaOf(parameters as JsonObject)),
        strict: validated ? true : null,
      }),
    ),
    settings: settingsOf(data, call),
    streaming: call.streaming,
    leftOut: data.labels === undefined ? [] : ["labels"],
  };
}

function instructionsOf({ systemInstruction }: GenerateRequest): Message[] {
  if (systemInstruction === undefined) return [];
  const at = "systemInstruction";
  const parts = systemInstruction.parts.map(({ text }): Part => ({ kind: "text", text, at }));
  return [{ role: "system", parts, at }];
}

/**
 * Ids for calls where the client has none: Google matches results by name and order, the others by
 * id. Used within one request only.
 */
class CallNames {
  readonly #open: { readonly id: string; readonly name: string }[] = [];
  #made = 0;

  called(id: string | undefined, name: string): string {
    const given = id ?? `call_${this.#made++}`;
    this.#open.push({ id: given, name });
    return given;
  }

  answered(id: string | undefined, name: string): string | null {
    const index = this.#open.findIndex((each) =>
      id === undefined ? each.name === name : each.id === id
    );
    const [found] = index === -1 ? [] : this.#open.splice(index, 1);
    return found?.id ?? id ?? null;
  }
}

function partsOf(part: GeneratePart, at: string, calls: CallNames, refused: string[]): Part[] {
  const { functionCall: called, functionResponse: answered, thoughtSignature } = part;
  const signature = thoughtSignature === undefined
    ? {}
    : { signature: { by: "google" as const, value: thoughtSignature } };
  if (called !== undefined) {
    const { name, args } = called;
    const id = calls.called(called.id, name);
    return [{ kind: "call", id, name, args: (args ?? {}) as JsonObject, ...signature, at }];
  }
  if (answered !== undefined) {
    const id = calls.answered(answered.id, answered.name);
    if (id === null) refused.push(`${at}.functionResponse`);
    return [{
      kind: "result",
      callId: id ?? "",
      name: answered.name,
      ...resultOf(answered.response as JsonObject),
      at,
      ...withFiles(answered, at, refused),
    }];
  }
  if (part.text !== undefined) {
    return [{
      kind: part.thought === true ? "reasoning" : "text",
      text: part.text,
      ...signature,
      at,
    }];
  }
  const file = part.inlineData ?? part.fileData;
  if (file === undefined) {
    if (thoughtSignature === undefined) refused.push(at);
    return thoughtSignature === undefined
      ? []
      : [{ kind: "sealed", data: { by: "google", value: thoughtSignature }, at }];
  }
  return [{ ...fileOf(file, at, refused), at }];
}

/** Google's documented members: `output` for what a function gave back, `error` for its failure. */
function resultOf(response: JsonObject) {
  const members = Object.keys(response);
  const only = members.length === 1 ? members[0] : undefined;
  const text = only === undefined ? undefined : response[only];
  const known = typeof text === "string" && (only === "output" || only === "error");
  return {
    content: [{ kind: "text" as const, text: known ? text : JSON.stringify(response) }],
    failed: known && only === "error",
  };
}

type Answered = NonNullable<GeneratePart["functionResponse"]>;

function withFiles({ response, parts }: Answered, at: string, refused: string[]) {
  if (parts === undefined) return {};
  const files = parts.map(({ inlineData }) => fileOf(inlineData, at, refused));
  return { content: [...resultOf(response as JsonObject).content, ...files] };
}

type File = NonNullable<GeneratePart["inlineData"] | GeneratePart["fileData"]>;

function fileOf(file: File, at: string, refused: string[]): FilePart {
  const sort = sortOf(file.mimeType ?? "image/*");
  if (sort === null) refused.push(at);
  return {
    kind: "file",
    sort: sort ?? "document",
    source: "data" in file
      ? { kind: "data", mediaType: file.mimeType, base64: file.data }
      : { kind: "url", url: file.fileUri, mediaType: file.mimeType ?? null },
    ...(file.displayName === undefined ? {} : { name: file.displayName }),
  };
}

function settingsOf({ generationConfig: given, toolConfig }: GenerateRequest, call: CallRequest) {
  const config = given ?? {};
  const thinking = config.thinkingConfig;
  const settings: Settings = {
    ...NO_SETTINGS,
    outputLimit: call.outputLimit,
    temperature: config.temperature ?? null,
    topP: config.topP ?? null,
    topK: config.topK ?? null,
    seed: config.seed ?? null,
    frequencyPenalty: config.frequencyPenalty || null,
    presencePenalty: config.presencePenalty || null,
    stop: config.stopSequences ?? [],
    toolChoice: choiceOf(toolConfig),
    format: formatOf(config),
    reasoning: reasoningOf(thinking),
    // That thoughts are left out is Google's default, and no other API can be told so.
    thoughtsShown: thinking?.includeThoughts === true ? true : null,
  };
  return settings;
}

type Config = NonNullable<GenerateRequest["generationConfig"]>;

function formatOf(config: Config): AnswerFormat | null {
  if (config.responseMimeType !== "application/json") return null;
  const { responseJsonSchema, responseSchema } = config;
  const schema = responseJsonSchema as JsonObject | undefined ??
    (responseSchema === undefined ? undefined : jsonSchemaOf(responseSchema as JsonObject));
  return schema === undefined
    ? { kind: "json" }
    : { kind: "schema", name: null, description: null, schema, strict: null };
}

function reasoningOf(thinking: Config["thinkingConfig"]): Reasoning | null {
  const { thinkingBudget: tokens, thinkingLevel: level } = thinking ?? {};
  if (tokens !== undefined) {
    if (tokens === 0) return { kind: "off" };
    return tokens < 0 ? { kind: "auto" } : { kind: "budget", tokens };
  }
  if (level !== undefined && level !== "thinking_level_unspecified") {
    return { kind: "effort", effort: level };
  }
  return thinking?.includeThoughts === true ? { kind: "auto" } : null;
}

function choiceOf(toolConfig: GenerateRequest["toolConfig"]): ToolChoice | null {
  const { mode, allowedFunctionNames: names } = toolConfig?.functionCallingConfig ?? {};
  switch (mode) {
    case "ANY":
      return names === undefined || names.length === 0
        ? { kind: "any" }
        : { kind: "functions", names };
    case "NONE":
      return { kind: "none" };
    case "AUTO":
    case "VALIDATED":
      return { kind: "auto" };
    default:
      return null;
  }
}
