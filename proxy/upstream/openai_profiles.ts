/**
 * Providers that speak OpenAI's APIs. Whether cancelling a stream stops its bill is what OpenRouter's
 * documentation of stream cancellation says of each provider (openrouter.ai/docs/api-reference/
 * streaming); one that it does not name is drained, and a server of one's own bills nobody.
 *
 * @module
 */
import type { DialectName } from "../dialects/mod.ts";
import type { ProviderProfile } from "./target.ts";

type Paths = Partial<Record<DialectName, string>>;
type Profile = Partial<ProviderProfile> & Pick<ProviderProfile, "name" | "baseUrl" | "source">;

const CHAT: Paths = { "openai.chat.completions": "/chat/completions" };
const TEXT: Paths = { ...CHAT, "openai.completions": "/completions" };
const EMBEDDINGS: Paths = { "openai.embeddings": "/embeddings" };
const RESPONSES: Paths = { "openai.responses": "/responses" };
const SPEECH: Paths = { "openai.audio.speech": "/audio/speech" };
const TRANSCRIPTIONS: Paths = { "openai.audio.transcriptions": "/audio/transcriptions" };
const TRANSLATIONS: Paths = { "openai.audio.translations": "/audio/translations" };
const PICTURES: Paths = { "openai.images.generations": "/images/generations" };
const EDITS: Paths = { "openai.images.edits": "/images/edits" };
const MODERATIONS: Paths = { "openai.moderations": "/moderations" };
const VIDEOS: Paths = { "openai.videos": "/videos" };

/** Every path of OpenAI's own. */
const EVERYTHING: Paths = {
  ...TEXT,
  ...RESPONSES,
  ...EMBEDDINGS,
  ...PICTURES,
  ...EDITS,
  ...SPEECH,
  ...TRANSCRIPTIONS,
  ...TRANSLATIONS,
  ...MODERATIONS,
  ...VIDEOS,
};

/** Documents ordered by a query, in the form that these share with Cohere. */
const RERANK: Paths = { "cohere.rerank": "/rerank" };

/** What the project's own simulator speaks: every protocol that has clients of its own. */
const SIMULATED: Paths = {
  ...EVERYTHING,
  ...RERANK,
  "anthropic.messages": "/messages",
  "anthropic.count_tokens": "/messages/count_tokens",
  "google.generateContent": "/models/{model}:{action}",
  "google.countTokens": "/models/{model}:{action}",
  "google.embedContent": "/models/{model}:{action}",
};

const CANCEL = { onClientGone: "cancel" } as const;
const OWN = { auth: "none", ...CANCEL } as const;

/** What a provider has until it says otherwise; of a server that nobody knows it isn't known whether it stops. */
function profile(known: Profile): ProviderProfile {
  return {
    auth: "bearer",
    dialects: CHAT,
    headers: {},
    onClientGone: "drain",
    outputLimitParameter: "max_tokens",
    asksForUsage: true,
    ...known,
  };
}

// deno-fmt-ignore
const KNOWN: readonly Profile[] = [
  { name: "openai_compatible", baseUrl: "http://127.0.0.1:8000/v1", dialects: EVERYTHING, inputOverheadTokens: 2_048, outputSlackTokens: 16, source: "any server that speaks OpenAI's APIs" },
  { name: "openai", baseUrl: "https://api.openai.com/v1", thoughts: "none", dialects: EVERYTHING, ...CANCEL, realtime: { "openai.realtime": "/v1/realtime" }, outputLimitParameter: "max_completion_tokens", outputSlackTokens: 16, source: "platform.openai.com/docs/api-reference" },
  { name: "simulator", baseUrl: "http://127.0.0.1:8790/v1", dialects: SIMULATED, ...CANCEL, source: "the project's own simulator" },
  // Behind the resource's own host: `https://RESOURCE.openai.azure.com/openai/v1`.
  { name: "azure", baseUrl: "https://azure.invalid/openai/v1", thoughts: "none", auth: "api-key", dialects: EVERYTHING, ...CANCEL, outputLimitParameter: "max_completion_tokens", outputSlackTokens: 16, source: "learn.microsoft.com/azure/ai-foundry/openai/latest" },
  { name: "bedrock-mantle", baseUrl: "https://bedrock-mantle.us-east-1.api.aws/openai/v1", dialects: { ...CHAT, ...RESPONSES }, outputSlackTokens: 16, source: "docs.aws.amazon.com/bedrock/latest/userguide/bedrock-mantle.html" },
  { name: "github-models", baseUrl: "https://models.github.ai/inference", thoughts: "none", dialects: { ...CHAT, ...EMBEDDINGS }, outputSlackTokens: 16, source: "docs.github.com/rest/models/inference" },
  { name: "github-copilot", baseUrl: "https://api.githubcopilot.com", dialects: { ...CHAT, ...RESPONSES }, source: "recorded traffic" },
  { name: "google-openai", baseUrl: "https://generativelanguage.googleapis.com/v1beta/openai", dialects: { ...CHAT, ...EMBEDDINGS, ...PICTURES }, source: "ai.google.dev/gemini-api/docs/openai" },
  // Llama Guard comes with a long template of its own.
  { name: "groq", baseUrl: "https://api.groq.com/openai/v1", thoughts: "reasoning", dialects: { ...CHAT, ...RESPONSES, ...SPEECH, ...TRANSCRIPTIONS, ...TRANSLATIONS }, outputLimitParameter: "max_completion_tokens", inputOverheadTokens: 256, source: "console.groq.com/docs/api-reference" },
  { name: "sambanova", baseUrl: "https://api.sambanova.ai/v1", dialects: { ...CHAT, ...EMBEDDINGS, ...TRANSCRIPTIONS, ...TRANSLATIONS }, source: "docs.sambanova.ai/cloud/docs" },
  { name: "cerebras", baseUrl: "https://api.cerebras.ai/v1", thoughts: "reasoning", dialects: TEXT, outputLimitParameter: "max_completion_tokens", source: "inference-docs.cerebras.ai/api-reference" },
  { name: "deepseek", baseUrl: "https://api.deepseek.com", dialects: { ...CHAT, ...RESPONSES, "openai.completions": "/beta/completions" }, ...CANCEL, source: "api-docs.deepseek.com" },
  // Its limit is on what is shown, its reasoning comes on top, and it tells its models who they are.
  { name: "xai", baseUrl: "https://api.x.ai/v1", dialects: { ...TEXT, ...RESPONSES, ...PICTURES, ...EDITS }, ...CANCEL, outputLimitParameter: "max_completion_tokens", limitsReasoning: false, inputOverheadTokens: 1_024, source: "docs.x.ai/docs/api-reference" },
  // Refuses members that it does not know, and reports usage unasked.
  { name: "mistral", baseUrl: "https://api.mistral.ai/v1", thoughts: "none", dialects: { ...CHAT, ...EMBEDDINGS, ...TRANSCRIPTIONS, ...MODERATIONS }, asksForUsage: false, source: "docs.mistral.ai/api" },
  { name: "perplexity", baseUrl: "https://api.perplexity.ai", thoughts: "none", dialects: { ...CHAT, "openai.embeddings": "/v1/embeddings" }, asksForUsage: false, outputSlackTokens: 1, source: "docs.perplexity.ai/api-reference" },
  { name: "together", baseUrl: "https://api.together.xyz/v1", dialects: { ...RERANK, ...TEXT, ...EMBEDDINGS, ...PICTURES, ...SPEECH, ...TRANSCRIPTIONS, ...TRANSLATIONS }, ...CANCEL, source: "docs.together.ai/reference" },
  { name: "fireworks", baseUrl: "https://api.fireworks.ai/inference/v1", dialects: { ...RERANK, ...TEXT, ...EMBEDDINGS, ...RESPONSES }, ...CANCEL, source: "docs.fireworks.ai/api-reference" },
  // It asks others, some of which do not stop; xAI's models reason beyond their limit here as well.
  { name: "openrouter", baseUrl: "https://openrouter.ai/api/v1", thoughts: "reasoning_details", dialects: { ...RERANK, ...TEXT, ...RESPONSES, ...EMBEDDINGS, ...SPEECH, ...TRANSCRIPTIONS }, limitsReasoning: false, unlimitedModels: ["x-ai/"], inputOverheadTokens: 1_024, outputSlackTokens: 16, source: "openrouter.ai/docs/api-reference" },
  { name: "vercel-gateway", baseUrl: "https://ai-gateway.vercel.sh/v1", thoughts: "reasoning_details", dialects: { ...CHAT, ...EMBEDDINGS, ...RESPONSES }, limitsReasoning: false, unlimitedModels: ["xai/"], inputOverheadTokens: 1_024, outputSlackTokens: 16, source: "vercel.com/docs/ai-gateway/openai-compat" },
  // Behind the account's own path: `https://api.cloudflare.com/client/v4/accounts/ACCOUNT/ai/v1`.
  { name: "cloudflare-workers-ai", baseUrl: "https://api.cloudflare.com/client/v4/accounts/invalid/ai/v1", dialects: { ...CHAT, ...EMBEDDINGS, ...RESPONSES }, ...CANCEL, source: "developers.cloudflare.com/workers-ai/configuration/open-ai-compatibility" },
  { name: "huggingface", baseUrl: "https://router.huggingface.co/v1", dialects: { ...CHAT, ...RESPONSES }, outputSlackTokens: 1, source: "huggingface.co/docs/inference-providers" },
  { name: "zai", baseUrl: "https://api.z.ai/api/paas/v4", dialects: { ...CHAT, ...EMBEDDINGS, ...PICTURES }, source: "docs.z.ai/api-reference" },
  { name: "moonshot", baseUrl: "https://api.moonshot.ai/v1", source: "platform.moonshot.ai/docs/api/chat" },
  { name: "alibaba", baseUrl: "https://dashscope-intl.aliyuncs.com/compatible-mode/v1", dialects: { ...TEXT, ...EMBEDDINGS }, source: "alibabacloud.com/help/en/model-studio/compatibility-of-openai-with-dashscope" },
  { name: "nebius", baseUrl: "https://api.studio.nebius.ai/v1", dialects: { ...TEXT, ...EMBEDDINGS, ...PICTURES }, source: "docs.nebius.com/studio/inference/api" },
  { name: "novita", baseUrl: "https://api.novita.ai/v3/openai", dialects: { ...TEXT, ...EMBEDDINGS }, ...CANCEL, source: "novita.ai/docs/api-reference" },
  { name: "hyperbolic", baseUrl: "https://api.hyperbolic.xyz/v1", dialects: { ...TEXT, ...PICTURES }, ...CANCEL, source: "docs.hyperbolic.xyz/docs/rest-api" },
  // Its own prompt stands before the caller's.
  { name: "venice", baseUrl: "https://api.venice.ai/api/v1", dialects: { ...CHAT, ...EMBEDDINGS, ...PICTURES, ...SPEECH, ...TRANSCRIPTIONS }, inputOverheadTokens: 2_048, source: "docs.venice.ai/api-reference" },
  { name: "databricks", baseUrl: "https://databricks.invalid/serving-endpoints", dialects: { ...CHAT, ...EMBEDDINGS }, asksForUsage: false, source: "docs.databricks.com/aws/en/machine-learning/foundation-model-apis" },
  { name: "snowflake", baseUrl: "https://snowflake.invalid/api/v2/cortex/v1", thoughts: "reasoning_details", source: "docs.snowflake.com/en/user-guide/snowflake-cortex/open_ai_sdk" },
  { name: "ai21", baseUrl: "https://api.ai21.com/studio/v1", asksForUsage: false, source: "docs.ai21.com/reference" },
  { name: "avian", baseUrl: "https://api.avian.io/v1", ...CANCEL, source: "avian.io/docs" },
  { name: "crusoe", baseUrl: "https://api.inference.crusoecloud.com/v1", source: "docs.crusoecloud.com/managed-inference" },
  { name: "doubleword", baseUrl: "https://api.doubleword.ai/v1", dialects: { ...CHAT, ...EMBEDDINGS, ...RESPONSES }, limitsReasoning: false, unlimitedModels: ["Qwen/"], source: "docs.doubleword.ai" },
  { name: "heroku", baseUrl: "https://us.inference.heroku.com/v1", dialects: { ...CHAT, ...EMBEDDINGS, ...PICTURES }, source: "devcenter.heroku.com/categories/ai" },
  { name: "voyage", baseUrl: "https://api.voyageai.com/v1", dialects: { ...EMBEDDINGS, ...RERANK }, source: "docs.voyageai.com/reference" },
  { name: "ollama-cloud", baseUrl: "https://ollama.com/v1", thoughts: "reasoning", dialects: { ...TEXT, ...EMBEDDINGS }, source: "docs.ollama.com/cloud" },
  { name: "lm-studio", baseUrl: "http://127.0.0.1:1234/v1", dialects: { ...TEXT, ...EMBEDDINGS, ...RESPONSES }, ...OWN, source: "lmstudio.ai/docs/developer/openai-compat" },
  { name: "vllm", baseUrl: "http://127.0.0.1:8000/v1", dialects: { ...RERANK, ...TEXT, ...EMBEDDINGS, ...RESPONSES, ...TRANSCRIPTIONS, ...TRANSLATIONS }, ...OWN, source: "docs.vllm.ai/en/stable/serving/openai_compatible_server" },
  { name: "llamacpp", baseUrl: "http://127.0.0.1:8080/v1", dialects: { ...RERANK, ...TEXT, ...EMBEDDINGS, ...RESPONSES, ...TRANSCRIPTIONS }, ...OWN, source: "github.com/ggml-org/llama.cpp/tree/master/tools/server" },
  { name: "mistralrs", baseUrl: "http://127.0.0.1:1234/v1", dialects: { ...TEXT, ...EMBEDDINGS, ...RESPONSES, ...PICTURES, ...SPEECH }, ...OWN, source: "github.com/EricLBuehler/mistral.rs" },
  { name: "gpustack", baseUrl: "http://127.0.0.1:80/v1", dialects: { ...RERANK, ...TEXT, ...EMBEDDINGS, ...PICTURES, ...SPEECH, ...TRANSCRIPTIONS }, ...CANCEL, source: "docs.gpustack.ai" },
  { name: "litellm-proxy", baseUrl: "http://127.0.0.1:4000", dialects: EVERYTHING, inputOverheadTokens: 2_048, limitsReasoning: false, unlimitedModels: ["xai/"], outputSlackTokens: 16, source: "docs.litellm.ai/docs/simple_proxy" },
];

/** See the module. */
export const OPENAI_PROFILES: readonly ProviderProfile[] = KNOWN.map(profile);
