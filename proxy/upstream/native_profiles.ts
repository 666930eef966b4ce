/**
 * Providers that speak APIs of their own; some speak OpenAI's beside them. Whether cancelling a stream
 * stops its bill is what OpenRouter's documentation of stream cancellation says of each provider
 * (openrouter.ai/docs/api-reference/streaming): Anthropic, Azure and Cohere stop; Google and Bedrock
 * do not. Speech is billed by its text, whether it is heard to the end or not.
 *
 * @module
 */
import type { ProviderProfile } from "./target.ts";

/** What these providers have in common. */
const COMMON = {
  headers: {},
  onClientGone: "drain",
  outputLimitParameter: "max_tokens",
  asksForUsage: true,
} as const;

/** See the module. Where a base URL says `invalid`, the operator's own resource belongs. */
export const NATIVE_PROFILES: readonly ProviderProfile[] = [
  {
    ...COMMON,
    name: "anthropic",
    baseUrl: "https://api.anthropic.com/v1",
    auth: "x-api-key",
    dialects: {
      "anthropic.messages": "/messages",
      "anthropic.count_tokens": "/messages/count_tokens",
      "anthropic.complete": "/complete",
    },
    onClientGone: "cancel",
    source: "docs.claude.com/en/api",
  },
  {
    ...COMMON,
    name: "azure-anthropic",
    baseUrl: "https://azure.invalid/anthropic/v1",
    auth: "x-api-key",
    dialects: {
      "anthropic.messages": "/messages",
      "anthropic.count_tokens": "/messages/count_tokens",
    },
    onClientGone: "cancel",
    source: "learn.microsoft.com/azure/ai-foundry/foundry-models/how-to/use-foundry-models-claude",
  },
  {
    ...COMMON,
    name: "google",
    baseUrl: "https://generativelanguage.googleapis.com",
    auth: "x-goog-api-key",
    dialects: {
      "google.generateContent": "/v1beta/models/{model}:{action}",
      "google.countTokens": "/v1beta/models/{model}:{action}",
      "google.embedContent": "/v1beta/models/{model}:{action}",
      "google.predict": "/v1beta/models/{model}:{action}",
      "google.interactions": "/v1beta/interactions",
    },
    realtime: {
      "google.live":
        "/ws/google.ai.generativelanguage.v1beta.GenerativeService.BidiGenerateContent",
    },
    // An answer may be a token longer than its limit.
    outputSlackTokens: 16,
    source: "ai.google.dev/api",
  },
  {
    ...COMMON,
    name: "google-vertex",
    // With an access token of Google Cloud; the project and the place belong into the base URL.
    baseUrl: "https://aiplatform.googleapis.com/v1/projects/invalid/locations/global",
    auth: "bearer",
    dialects: {
      "google.generateContent": "/publishers/google/models/{model}:{action}",
      "google.countTokens": "/publishers/google/models/{model}:{action}",
      "google.predict": "/publishers/google/models/{model}:{action}",
      "anthropic.messages": "/publishers/anthropic/models/{model}:{action}",
    },
    dialectModels: {
      "google.generateContent": ["gemini", "gemma"],
      "anthropic.messages": ["claude"],
    },
    outputSlackTokens: 16,
    anthropicVersion: "vertex-2023-10-16",
    source: "cloud.google.com/vertex-ai/generative-ai/docs/model-reference/inference",
  },
  {
    ...COMMON,
    name: "cohere",
    baseUrl: "https://api.cohere.com",
    auth: "bearer",
    dialects: {
      "cohere.chat": "/{action}/chat",
      "cohere.embed": "/{action}/embed",
      "cohere.generate": "/{action}/generate",
      "cohere.rerank": "/{action}/rerank",
      "openai.chat.completions": "/compatibility/v1/chat/completions",
      "openai.embeddings": "/compatibility/v1/embeddings",
      "openai.audio.transcriptions": "/v2/audio/transcriptions",
    },
    onClientGone: "cancel",
    // The preamble that its models are told.
    inputOverheadTokens: 3_072,
    source: "docs.cohere.com/reference",
  },
  {
    ...COMMON,
    name: "ollama",
    baseUrl: "http://127.0.0.1:11434",
    auth: "none",
    dialects: {
      "ollama.chat": "/api/chat",
      "ollama.generate": "/api/generate",
      "ollama.embed": "/api/embed",
      "openai.chat.completions": "/v1/chat/completions",
      "openai.completions": "/v1/completions",
      "openai.embeddings": "/v1/embeddings",
      "openai.responses": "/v1/responses",
    },
    // A server of one's own bills nobody, and stops when nobody listens.
    onClientGone: "cancel",
    source: "docs.ollama.com/api",
  },
  {
    ...COMMON,
    name: "bedrock",
    // With an API key of Bedrock; the region belongs into the base URL.
    baseUrl: "https://bedrock-runtime.us-east-1.amazonaws.com",
    auth: "bearer",
    dialects: {
      "bedrock.converse": "/model/{model}/{action}",
      "bedrock.invoke": "/model/{model}/{action}",
    },
    outputSlackTokens: 16,
    source: "docs.aws.amazon.com/bedrock/latest/APIReference",
  },
  {
    ...COMMON,
    name: "jina",
    baseUrl: "https://api.jina.ai/v1",
    auth: "bearer",
    dialects: { "cohere.rerank": "/rerank", "openai.embeddings": "/embeddings" },
    source: "jina.ai/reranker",
  },
  {
    ...COMMON,
    name: "elevenlabs",
    baseUrl: "https://api.elevenlabs.io/v1",
    auth: "xi-api-key",
    dialects: {
      "elevenlabs.speech": "/text-to-speech/{action}",
      "elevenlabs.transcription": "/speech-to-text",
    },
    realtime: { "elevenlabs.conversation": "/v1/convai/conversation" },
    source: "elevenlabs.io/docs/api-reference",
  },
];
