/** What routing must know of a call, from what its dialect understood. @module */
import type { ModelKind } from "../shared/models/mod.ts";
import type { CallRequest, DialectName } from "./dialects/mod.ts";
import type { PlanQuestion } from "./plan.ts";
import type { Provider } from "./providers.ts";
import { serves } from "./upstream/mod.ts";

/** The kind of model that a dialect is about; the others are chats. */
const KINDS: Partial<Record<DialectName, ModelKind>> = {
  "openai.completions": "completion",
  "openai.embeddings": "embedding",
  "openai.images.generations": "image",
  "openai.images.edits": "image",
  "openai.audio.speech": "speech",
  "openai.audio.transcriptions": "transcription",
  "openai.audio.translations": "transcription",
  "openai.moderations": "moderation",
  "openai.videos": "video",
  "anthropic.complete": "completion",
  "google.embedContent": "embedding",
  "cohere.embed": "embedding",
  "cohere.generate": "completion",
  "cohere.rerank": "rerank",
  "ollama.generate": "completion",
  "ollama.embed": "embedding",
  "elevenlabs.speech": "speech",
  "elevenlabs.transcription": "transcription",
};

const TOKENS_PER_IMAGE = 1_000;

/** The part of a plan's question that the request itself answers. */
export function needsOf(
  asked: CallRequest,
): Omit<PlanQuestion, "requestId" | "caller" | "headers"> {
  const { arrived: { body, bodyBytes }, media } = asked;
  const tools = body.kind === "json" && Array.isArray(body.json.tools) &&
    body.json.tools.length > 0;
  const text = Math.max(0, bodyBytes.length - media.dataBytes);
  return {
    name: asked.model,
    kind: KINDS[asked.dialect] ?? "chat",
    takes: ({ profile }: Provider) => serves(profile, asked.dialect),
    inputTokens: Math.ceil(text / 4) + media.images * TOKENS_PER_IMAGE,
    outputTokens: asked.outputLimit === null ? null : asked.outputLimit * asked.choices,
    units: asked.unitsBound,
    inputModalities: media.images > 0 ? ["text", "image"] : ["text"],
    capabilities: tools ? ["tools"] : [],
    streaming: asked.streaming,
  };
}
