/** Embeddings, moderations, rerank and the counting of tokens. @module */
import { numbersOf, only, type PlainApi, simulatedJson, textsIn } from "../plain_api.ts";
import { promptTokens, tokensOf } from "../tokens.ts";
import { memberOf } from "./requests.ts";

const MOST_DIMENSIONS = 3_072;

/** OpenAI's embeddings: numbers that the text decides. */
export const embeddings: PlainApi = {
  method: "POST",
  match: only("/v1/embeddings"),
  standardModel: "text-embedding-3-small",
  answer({ model, body }) {
    const texts = textsIn(body.input);
    if (texts === null) return null;
    const asked = typeof body.dimensions === "number" ? body.dimensions : 8;
    const count = Math.min(asked, MOST_DIMENSIONS);
    const data = texts.map((text, index) => {
      const numbers = numbersOf(text, count);
      const embedding = body.encoding_format === "base64"
        ? new Uint8Array(new Float32Array(numbers).buffer).toBase64()
        : numbers;
      return { object: "embedding", index, embedding };
    });
    const tokens = texts.reduce((sum, text) => sum + tokensOf(text).length, 0);
    const usage = { prompt_tokens: tokens, total_tokens: tokens };
    return simulatedJson({ object: "list", data, model, usage });
  },
};

/** Gemini's embeddings. */
export const googleEmbedContent: PlainApi = {
  method: "POST",
  match: ofModel("embedContent"),
  standardModel: "gemini-embedding-001",
  answer({ body }) {
    const text = JSON.stringify(body.content ?? "");
    return simulatedJson({ embedding: { values: numbersOf(text, 8) } });
  },
};

/** OpenAI's moderations: nothing is ever flagged. */
export const moderations: PlainApi = {
  method: "POST",
  match: only("/v1/moderations"),
  standardModel: "omni-moderation-latest",
  answer({ model, body }) {
    const texts = textsIn(body.input);
    if (texts === null) return null;
    const result = { flagged: false, categories: {}, category_scores: {} };
    return simulatedJson({ id: "modr-simulated", model, results: texts.map(() => result) });
  },
};

/** Cohere's rerank: documents that share words with the query come first. */
export const rerank: PlainApi = {
  method: "POST",
  match: only("/v1/rerank"),
  standardModel: "rerank-v3.5",
  answer({ body }) {
    const documents = textsIn(body.documents);
    if (documents === null || typeof body.query !== "string") return null;
    const words = new Set(wordsOf(body.query));
    const results = documents.map((text, index) => {
      const shared = wordsOf(text).filter((word) => words.has(word)).length;
      return { index, relevance_score: shared / Math.max(1, words.size) };
    }).sort((one, other) => other.relevance_score - one.relevance_score);
    const most = typeof body.top_n === "number" ? body.top_n : results.length;
    return simulatedJson({
      id: "rerank-simulated",
      results: results.slice(0, most),
      meta: { api_version: { version: "2" }, billed_units: { search_units: 1 } },
    });
  },
  error: ({ message }) => ({ message }),
};

/** Anthropic's count of a request's tokens. */
export const anthropicCountTokens: PlainApi = {
  method: "POST",
  match: only("/v1/messages/count_tokens"),
  standardModel: "claude-haiku-4-5",
  answer({ body: { messages, system } }) {
    if (!Array.isArray(messages)) return null;
    const all = system === undefined ? messages : [{ content: system }, ...messages];
    return simulatedJson({ input_tokens: promptTokens(all) });
  },
};

/** Gemini's. */
export const googleCountTokens: PlainApi = {
  method: "POST",
  match: ofModel("countTokens"),
  standardModel: "gemini-2.5-flash",
  answer({ body }) {
    const contents = memberOf(body.generateContentRequest, "contents") ?? body.contents;
    if (!Array.isArray(contents)) return null;
    const turns = contents.map((turn) => ({ content: memberOf(turn, "parts") }));
    return simulatedJson({ totalTokens: promptTokens(turns) });
  },
};

function ofModel(action: string): PlainApi["match"] {
  const pattern = new RegExp(`^/v1(?:beta)?/models/([^:/]+):${action}$`);
  return (path) => {
    const model = pattern.exec(path)?.[1];
    return model === undefined ? null : { model: decodeURIComponent(model) };
  };
}

function wordsOf(text: string): string[] {
  return text.toLowerCase().match(/\p{Letter}+/gu) ?? [];
}
