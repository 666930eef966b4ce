/** Every API that the simulator speaks beside chat completions. @module */
import type { PlainApi } from "../plain_api.ts";
import type { PathFacts, TextApi } from "../text_api.ts";
import { anthropicMessages } from "./anthropic.ts";
import { googleGenerateContent } from "./google.ts";
import {
  anthropicCountTokens,
  embeddings,
  googleCountTokens,
  googleEmbedContent,
  moderations,
  rerank,
} from "./lists.ts";
import {
  imageEdits,
  imageGenerations,
  speech,
  transcriptions,
  translations,
  videos,
} from "./media.ts";
import { openaiCompletions, openaiResponses } from "./openai.ts";

const TEXT_APIS: readonly TextApi[] = [
  anthropicMessages,
  googleGenerateContent,
  openaiResponses,
  openaiCompletions,
];

const PLAIN_APIS: readonly PlainApi[] = [
  embeddings,
  googleEmbedContent,
  moderations,
  rerank,
  anthropicCountTokens,
  googleCountTokens,
  imageGenerations,
  imageEdits,
  speech,
  transcriptions,
  translations,
  ...videos(() => Date.now()),
];

/** The API of texts at a path, with what the path says; null when there is none. */
export function findTextApi(
  path: string,
): { readonly api: TextApi; readonly facts: PathFacts } | null {
  for (const api of TEXT_APIS) {
    const facts = api.match(path);
    if (facts !== null) return { api, facts };
  }
  return null;
}

/** The other API at a path, with what the path names; null when there is none. */
export function findPlainApi(
  method: string,
  path: string,
): { readonly api: PlainApi; readonly params: Readonly<Record<string, string>> } | null {
  for (const api of PLAIN_APIS) {
    const params = api.method === method ? api.match(path) : null;
    if (params !== null) return { api, params };
  }
  return null;
}
