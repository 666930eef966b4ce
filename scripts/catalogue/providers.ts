/** The providers of the catalogue, and what each source calls them. @module */

/** One provider. */
export interface CatalogueProvider {
  /** Our name: the first part of a model's name. */
  readonly name: string;
  /** Its id in genai-prices; null when that does not know it. */
  readonly genaiPrices: string | null;
  /** Its names as `litellm_provider`. */
  readonly litellm: readonly string[];
  /** Its id in models.dev; null when that does not know it. */
  readonly modelsDev: string | null;
  /** Its id in tokenlens; null when that does not know it. */
  readonly tokenlens: string | null;
  /** Whether it makes the models that it serves, so that its lines of models have a newest one. */
  readonly makesModels: boolean;
  /** Whether it needs a setup of its own before it can be called, so that a start sells nothing of it. */
  readonly onRequest?: true;
  /** Put before a short name to make the one that the provider's API takes. */
  readonly idPrefix?: string;
}

const maker = { makesModels: true } as const;
const host = { makesModels: false } as const;

/** Every provider of the catalogue, by name. */
// deno-fmt-ignore
export const CATALOGUE_PROVIDERS: readonly CatalogueProvider[] = [
  { ...maker, name: "alibaba", genaiPrices: null, litellm: ["dashscope"], modelsDev: "alibaba", tokenlens: "alibaba" },
  { ...maker, name: "anthropic", genaiPrices: "anthropic", litellm: ["anthropic"], modelsDev: "anthropic", tokenlens: "anthropic" },
  { ...host, name: "azure", genaiPrices: "azure", litellm: ["azure"], modelsDev: "azure", tokenlens: "azure", onRequest: true },
  { ...host, name: "bedrock", genaiPrices: "aws", litellm: ["bedrock", "bedrock_converse"], modelsDev: "amazon-bedrock", tokenlens: "amazon-bedrock", onRequest: true },
  { ...host, name: "cerebras", genaiPrices: "cerebras", litellm: ["cerebras"], modelsDev: "cerebras", tokenlens: "cerebras" },
  { ...host, name: "cloudflare-workers-ai", genaiPrices: null, litellm: ["cloudflare"], modelsDev: "cloudflare-workers-ai", tokenlens: "cloudflare-workers-ai" },
  { ...maker, name: "cohere", genaiPrices: "cohere", litellm: ["cohere", "cohere_chat"], modelsDev: "cohere", tokenlens: null },
  { ...maker, name: "deepseek", genaiPrices: "deepseek", litellm: ["deepseek"], modelsDev: "deepseek", tokenlens: "deepseek" },
  { ...maker, name: "elevenlabs", genaiPrices: null, litellm: ["elevenlabs"], modelsDev: null, tokenlens: null },
  { ...host, name: "fireworks", genaiPrices: "fireworks", litellm: ["fireworks_ai"], modelsDev: "fireworks-ai", tokenlens: "fireworks-ai", idPrefix: "accounts/fireworks/models/" },
  { ...maker, name: "google", genaiPrices: "google", litellm: ["gemini"], modelsDev: "google", tokenlens: "google" },
  { ...host, name: "groq", genaiPrices: "groq", litellm: ["groq"], modelsDev: "groq", tokenlens: "groq" },
  { ...host, name: "huggingface", genaiPrices: null, litellm: [], modelsDev: "huggingface", tokenlens: "huggingface" },
  { ...maker, name: "mistral", genaiPrices: "mistral", litellm: ["mistral"], modelsDev: "mistral", tokenlens: "mistral" },
  { ...maker, name: "moonshot", genaiPrices: "moonshotai", litellm: ["moonshot"], modelsDev: "moonshotai", tokenlens: "moonshotai" },
  { ...maker, name: "openai", genaiPrices: "openai", litellm: ["openai"], modelsDev: "openai", tokenlens: "openai" },
  { ...host, name: "openrouter", genaiPrices: "openrouter", litellm: ["openrouter"], modelsDev: "openrouter", tokenlens: "openrouter" },
  { ...host, name: "perplexity", genaiPrices: "perplexity", litellm: ["perplexity"], modelsDev: "perplexity", tokenlens: "perplexity" },
  { ...host, name: "sambanova", genaiPrices: null, litellm: ["sambanova"], modelsDev: null, tokenlens: null },
  { ...host, name: "together", genaiPrices: "together", litellm: ["together_ai"], modelsDev: "togetherai", tokenlens: "togetherai" },
  { ...maker, name: "voyage", genaiPrices: "voyageai", litellm: ["voyage"], modelsDev: null, tokenlens: null },
  { ...maker, name: "xai", genaiPrices: "x-ai", litellm: ["xai"], modelsDev: "xai", tokenlens: "xai" },
  { ...maker, name: "zai", genaiPrices: null, litellm: ["zai"], modelsDev: "zai", tokenlens: "zai" },
];
