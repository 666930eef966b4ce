/** Which path speaks which dialect: a call anywhere else is refused. @module */
import { builtInDialects, type DialectName } from "../dialects/mod.ts";

/** A path that takes calls. */
export interface ApiRoute {
  readonly dialect: DialectName;
  /** What the path names, decoded, such as `model`. */
  readonly params: Readonly<Record<string, string>>;
  /** The form of the call that the path chose, such as `streamGenerateContent`; else null. */
  readonly action: string | null;
}

type Exact = readonly [path: string, dialect: DialectName];

const OPENAI: readonly Exact[] = [
  ["chat/completions", "openai.chat.completions"],
  ["responses", "openai.responses"],
  ["completions", "openai.completions"],
  ["embeddings", "openai.embeddings"],
  ["images/generations", "openai.images.generations"],
  ["images/edits", "openai.images.edits"],
  ["audio/speech", "openai.audio.speech"],
  ["audio/transcriptions", "openai.audio.transcriptions"],
  ["audio/translations", "openai.audio.translations"],
  ["moderations", "openai.moderations"],
  ["videos", "openai.videos"],
];

const ANTHROPIC: readonly Exact[] = [
  ["messages", "anthropic.messages"],
  ["messages/count_tokens", "anthropic.count_tokens"],
  ["complete", "anthropic.complete"],
];

const COHERE: readonly Exact[] = [
  ["chat", "cohere.chat"],
  ["embed", "cohere.embed"],
  ["generate", "cohere.generate"],
  ["rerank", "cohere.rerank"],
];

const OLLAMA: readonly Exact[] = [
  ["chat", "ollama.chat"],
  ["generate", "ollama.generate"],
  ["embed", "ollama.embed"],
];

/** Dialects of `models/{model}:{action}`. */
const GOOGLE_ACTIONS: ReadonlyMap<string, DialectName> = new Map([
  ["generateContent", "google.generateContent"],
  ["streamGenerateContent", "google.generateContent"],
  ["countTokens", "google.countTokens"],
  ["embedContent", "google.embedContent"],
  ["batchEmbedContents", "google.embedContent"],
  ["predict", "google.predict"],
]);

/** How Vertex names the calls of Anthropic's models. */
const VERTEX_ANTHROPIC_ACTIONS: ReadonlyMap<string, DialectName> = new Map([
  ["rawPredict", "anthropic.messages"],
  ["streamRawPredict", "anthropic.messages"],
]);

const BEDROCK_ACTIONS: ReadonlyMap<string, DialectName> = new Map([
  ["converse", "bedrock.converse"],
  ["converse-stream", "bedrock.converse"],
  ["invoke", "bedrock.invoke"],
  ["invoke-with-response-stream", "bedrock.invoke"],
]);

const built: ReadonlySet<DialectName> = new Set(builtInDialects());
const exact = new Map<string, ApiRoute>();

add(["/v1", "/v1/openai", "/v1/openai/v1"], OPENAI);
add(["/v1", "/v1/anthropic", "/v1/anthropic/v1"], ANTHROPIC);
add(["/v1/cohere/v1"], COHERE, "v1");
add(["/v1/cohere/v2"], COHERE, "v2");
add(["/v1", "/v2"], [["rerank", "cohere.rerank"]], "v2");
add(["/v1/ollama/api"], OLLAMA);
add(["/v1beta", "/v1", "/v1/gemini/v1beta", "/v1/gemini"], [[
  "interactions",
  "google.interactions",
]]);
add(["/v1", "/v1/elevenlabs/v1"], [["speech-to-text", "elevenlabs.transcription"]]);

function add(prefixes: readonly string[], routes: readonly Exact[], action: string | null = null) {
  for (const prefix of prefixes) {
    for (const [path, dialect] of routes) {
      if (built.has(dialect)) exact.set(`${prefix}/${path}`, { dialect, params: {}, action });
    }
  }
}

const GOOGLE =
  /^\/(?:v1beta|v1|v1\/gemini(?:\/v1(?:beta)?)?)\/models\/([^:]{1,200}):([A-Za-z]{1,40})$/;
const VERTEX =
  /^\/v1(?:beta1)?(?:\/projects\/[^/]{1,100}\/locations\/[^/]{1,100})?\/publishers\/(google|anthropic)\/models\/([^:/]{1,200}):([A-Za-z]{1,40})$/;
const BEDROCK = /^\/v1\/bedrock\/model\/([^/]{1,200})\/([a-z-]{1,40})$/;
const ELEVENLABS =
  /^\/v1(?:\/elevenlabs\/v1)?\/text-to-speech\/([A-Za-z0-9]{1,64})(?:\/(stream))?$/;

/** The route of a path, or null when no call can be made there. */
export function findApi(path: string): ApiRoute | null {
  const route = exact.get(path);
  if (route !== undefined) return route;
  const google = GOOGLE.exec(path);
  if (google !== null) return withAction(GOOGLE_ACTIONS, "model", google[1], google[2]);
  const vertex = VERTEX.exec(path);
  if (vertex !== null) {
    const actions = vertex[1] === "google" ? GOOGLE_ACTIONS : VERTEX_ANTHROPIC_ACTIONS;
    return withAction(actions, "model", vertex[2], vertex[3]);
  }
  const bedrock = BEDROCK.exec(path);
  if (bedrock !== null) return withAction(BEDROCK_ACTIONS, "model", bedrock[1], bedrock[2]);
  const elevenlabs = ELEVENLABS.exec(path);
  if (elevenlabs !== null && built.has("elevenlabs.speech")) {
    const voice = elevenlabs[1] ?? "";
    return { dialect: "elevenlabs.speech", params: { voice }, action: elevenlabs[2] ?? null };
  }
  return null;
}

function withAction(
  actions: ReadonlyMap<string, DialectName>,
  name: string,
  value: string | undefined,
  action: string | undefined,
): ApiRoute | null {
  const dialect = actions.get(action ?? "");
  const decoded = decodedOrNull(value ?? "");
  if (dialect === undefined || decoded === null || !built.has(dialect)) return null;
  return { dialect, params: { [name]: decoded }, action: action ?? null };
}

function decodedOrNull(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}
