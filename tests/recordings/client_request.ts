/** The request that a client would make of this product, saying what a recording's request said. @module */
import type { JsonObject, JsonValue } from "../../shared/json.ts";
import type { Recording } from "./recording.ts";

/** A request to this product. */
export interface ClientRequest {
  /** Path and query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body:
    | { readonly kind: "json"; readonly json: JsonObject }
    | { readonly kind: "form"; readonly form: FormData };
  /** As recorded, or {@link UNNAMED_MODEL}. */
  readonly model: string;
  /** Whether the path names the model, and not the body. */
  readonly modelInPath: boolean;
  /**
   * What the recording does not say and an API demands, such as `model`; `request` when none was
   * recorded at all. What depends on it can't be judged.
   */
  readonly madeUp: readonly string[];
}

/** The model that is named where a recording names none. */
export const UNNAMED_MODEL = "recorded-model";

/** Headers that mean something to the API itself. */
const KEPT_HEADERS = ["anthropic-version", "anthropic-beta", "x-wait-for-model"];

const PATHS: Readonly<Record<string, string>> = {
  "openai.chat.completions": "/v1/chat/completions",
  "openai.responses": "/v1/responses",
  "openai.completions": "/v1/completions",
  "openai.embeddings": "/v1/embeddings",
  "openai.images.generations": "/v1/images/generations",
  "openai.images.edits": "/v1/images/edits",
  "openai.audio.speech": "/v1/audio/speech",
  "openai.audio.transcriptions": "/v1/audio/transcriptions",
  "openai.audio.translations": "/v1/audio/translations",
  "openai.moderations": "/v1/moderations",
  "anthropic.messages": "/v1/messages",
  "anthropic.count_tokens": "/v1/messages/count_tokens",
  "anthropic.complete": "/v1/complete",
  "google.interactions": "/v1beta/interactions",
  "cohere.chat": "/v1/cohere/{version}/chat",
  "cohere.embed": "/v1/cohere/{version}/embed",
  "cohere.generate": "/v1/cohere/v1/generate",
  "cohere.rerank": "/v1/cohere/{version}/rerank",
  "ollama.chat": "/v1/ollama/api/chat",
  "ollama.generate": "/v1/ollama/api/generate",
  "ollama.embed": "/v1/ollama/api/embed",
  "google.generateContent": "/v1beta/models/{model}:generateContent",
  "google.streamGenerateContent": "/v1beta/models/{model}:streamGenerateContent",
  "google.countTokens": "/v1beta/models/{model}:countTokens",
  "google.embedContent": "/v1beta/models/{model}:{action}",
  "google.predict": "/v1beta/models/{model}:predict",
  "bedrock.converse": "/v1/bedrock/model/{model}/converse",
  "bedrock.converse-stream": "/v1/bedrock/model/{model}/converse-stream",
  "bedrock.invoke": "/v1/bedrock/model/{model}/invoke",
  "bedrock.invoke-stream": "/v1/bedrock/model/{model}/invoke-with-response-stream",
};

/** APIs whose bodies are forms. */
const FORMS: ReadonlySet<string> = new Set([
  "openai.images.edits",
  "openai.audio.transcriptions",
  "openai.audio.translations",
]);

const PROMPT = "Hello.";

/** What stands in for a body that was not recorded, beside the model and `stream`. */
const MADE_UP: Readonly<Record<string, JsonObject>> = {
  "openai.responses": { input: PROMPT },
  "openai.completions": { prompt: PROMPT },
  "openai.embeddings": { input: PROMPT },
  "openai.images.generations": { prompt: PROMPT },
  "openai.audio.speech": { input: PROMPT, voice: "alloy" },
  "openai.moderations": { input: PROMPT },
  "anthropic.complete": { prompt: PROMPT, max_tokens_to_sample: 4_096 },
  "cohere.embed": { texts: [PROMPT] },
  "cohere.generate": { prompt: PROMPT },
  "cohere.rerank": { query: PROMPT, documents: [PROMPT] },
  "google.interactions": { input: PROMPT },
  "google.embedContent": { content: { parts: [{ text: PROMPT }] } },
  "google.predict": { instances: [{ prompt: PROMPT }] },
  "ollama.generate": { prompt: PROMPT },
  "ollama.embed": { input: PROMPT },
  "bedrock.converse": { messages: [{ role: "user", content: [{ text: PROMPT }] }] },
  "bedrock.invoke": { messages: [{ role: "user", content: PROMPT }], max_tokens: 4_096 },
};

/**
 * The request, or null for an API that this product has no route for. A path that names the model
 * names it as it is sold, where that is given.
 */
export function clientRequest(recording: Recording, soldAs?: string): ClientRequest | null {
  const form = PATHS[recording.api];
  if (form === undefined) return null;
  // Hosts are recorded with placeholders in them, and only what follows matters here.
  const behindHost = recording.request.url.replace(/^[a-z]+:\/\/[^/?]*/i, "");
  const url = new URL(`http://recorded.invalid${behindHost}`);
  const { body, madeUp, model } = FORMS.has(recording.api)
    ? formOf(recording)
    : jsonOf(recording, modelInPath(url));
  const path = form
    .replace("{model}", () => encodeURIComponent(soldAs ?? model))
    .replace("{version}", url.pathname.includes("/v1/") ? "v1" : "v2")
    .replace("{action}", /:(\w+)$/.exec(url.pathname)?.[1] ?? "embedContent");
  return {
    path: path + queryOf(url),
    headers: headersOf(recording),
    body,
    model,
    modelInPath: form.includes("{model}"),
    madeUp,
  };
}

function jsonOf(
  recording: Recording,
  inPath: string | null,
): Pick<ClientRequest, "body" | "madeUp" | "model"> {
  const { api } = recording;
  const recorded = recordedJson(recording);
  const json: Record<string, JsonValue | undefined> = { ...(recorded ?? madeUpBody(recording)) };
  const madeUp = recorded === null ? ["request"] : [];
  const named = typeof json.model === "string" && json.model !== "" ? json.model : null;
  const byPath = PATHS[api]?.includes("{model}") === true;
  const model = (byPath ? inPath : named ?? inPath) ?? decoded(recording.model) ?? UNNAMED_MODEL;
  if (!byPath && named === null && typeof json.agent !== "string") {
    json.model = model;
    if (recorded !== null) madeUp.push("model");
  }
  return { body: { kind: "json", json }, madeUp, model };
}

function recordedJson({ request }: Recording): JsonObject | null {
  if (typeof request.body !== "string") return request.body;
  try {
    const value: unknown = JSON.parse(request.body);
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? value as JsonObject
      : null;
  } catch {
    return null;
  }
}

function madeUpBody({ api, streaming, provider }: Recording): JsonObject {
  const base = api.replace(/-stream$/, "");
  const chat: JsonObject = api.startsWith("google.")
    ? { contents: [{ role: "user", parts: [{ text: PROMPT }] }] }
    : { messages: [{ role: "user", content: PROMPT }] };
  const body = MADE_UP[base] ?? chat;
  const flagged = api.startsWith("ollama.") ||
    (streaming && !api.startsWith("google.") && !api.startsWith("bedrock."));
  return {
    ...body,
    ...(api === "anthropic.messages" ? { max_tokens: 4_096 } : {}),
    ...(flagged ? { stream: streaming } : {}),
    ...(provider === "bedrock" && api.startsWith("bedrock.invoke")
      ? { anthropic_version: "bedrock-2023-05-31" }
      : {}),
  };
}

function formOf(recording: Recording): Pick<ClientRequest, "body" | "madeUp" | "model"> {
  const recorded = recordedJson(recording) ?? {};
  const form = new FormData();
  const madeUp: string[] = Object.keys(recorded).length === 0 ? ["request"] : [];
  for (const [name, value] of Object.entries(recorded)) {
    for (const each of [value].flat()) append(form, name, each);
  }
  const model = typeof recorded.model === "string"
    ? recorded.model
    : decoded(recording.model) ?? UNNAMED_MODEL;
  const need = (name: string, add: () => void) => {
    if ([...form.keys()].some((each) => each.replace(/\[.*$/, "") === name)) return;
    add();
    madeUp.push(name);
  };
  need("model", () => form.append("model", model));
  if (recording.api === "openai.images.edits") {
    need("image", () => appendFile(form, "image", 1_000));
    need("prompt", () => form.append("prompt", PROMPT));
  } else {
    need("file", () => appendFile(form, "file", 1_000));
  }
  if (recording.streaming) need("stream", () => form.append("stream", "true"));
  return { body: { kind: "form", form }, madeUp, model };
}

/** Files are recorded by their length alone; a file of that many zeros stands for each. */
function append(form: FormData, name: string, value: JsonValue | undefined): void {
  const file = typeof value === "string" ? /^<file (\d+) bytes omitted>$/.exec(value) : null;
  if (file !== null) return appendFile(form, name, Number(file[1]));
  form.append(name, typeof value === "string" ? value : JSON.stringify(value));
}

function appendFile(form: FormData, name: string, bytes: number): void {
  const file = name.startsWith("image") || name === "mask" ? "image.png" : "speech.mp3";
  form.append(name, new Blob([new Uint8Array(bytes)]), file);
}

function modelInPath(url: URL): string | null {
  // Bedrock's names have colons in them, Google's end at one.
  const found = (/\/model\/([^/]+)\//.exec(url.pathname) ??
    /\/models\/([^/:]+):\w+$/.exec(url.pathname))?.[1];
  return found === undefined ? null : decoded(found);
}

function decoded(text: string | null | undefined): string | null {
  if (text === null || text === undefined || text === "") return null;
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** What chooses the form of the answer; keys and versions of the provider's own stay out. */
function queryOf(url: URL): string {
  const kept = [...url.searchParams].filter(([name]) => ["alt", "$alt"].includes(name));
  return kept.length === 0 ? "" : `?${new URLSearchParams(kept)}`;
}

function headersOf({ request }: Recording): Record<string, string> {
  const kept = Object.entries(request.headers)
    .map(([name, value]) => [name.toLowerCase(), value] as const)
    .filter(([name, value]) => KEPT_HEADERS.includes(name) && typeof value === "string");
  return Object.fromEntries(kept);
}
