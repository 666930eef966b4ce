/** Models as Google lists them. @module */
import type { EdgeModel } from "../../shared/edge_config/mod.ts";
import { type Failure, failure } from "../../shared/errors.ts";
import type { JsonObject } from "../../shared/json.ts";
import type { ModelsForm } from "./models_form.ts";

const MAXIMUM_MODELS = 1_000;
const USUAL_MODELS = 50;
const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true });

/** 50 models or `pageSize`, at most 1,000 whatever it says, from where `pageToken` left off. */
export const googleModels: ModelsForm = {
  name: "google",
  page(query) {
    const size = query.get("pageSize");
    if (size !== null && !/^\d{1,9}$/.test(size)) return wrong("pageSize", size);
    const token = query.get("pageToken") || null;
    const after = token === null ? null : nameIn(token);
    if (token !== null && after === null) return wrong("pageToken", token);
    // A size of 0 is the usual one, as in all of Google's lists.
    const limit = parseInt(size ?? "0", 10) || USUAL_MODELS;
    return { limit: Math.min(limit, MAXIMUM_MODELS), after, before: null };
  },
  list({ models, hasMore }) {
    const last = models.at(-1);
    return {
      models: models.map(viewOf),
      ...(hasMore && last !== undefined ? { nextPageToken: tokenOf(last.model) } : {}),
    };
  },
  one: viewOf,
};

/** Methods are said only where every model of the kind has them, whoever serves it. */
function viewOf(model: EdgeModel): JsonObject {
  return {
    name: `models/${model.model}`,
    version: `${model.priceVersion ?? 1}`,
    displayName: model.displayName,
    inputTokenLimit: model.contextWindowTokens,
    outputTokenLimit: model.maxOutputTokens,
    ...((model.kind ?? "chat") === "chat"
      ? { supportedGenerationMethods: ["generateContent", "streamGenerateContent"] }
      : {}),
  };
}

function tokenOf(name: string): string {
  return encoder.encode(name).toHex();
}

function nameIn(token: string): string | null {
  try {
    return decoder.decode(Uint8Array.fromHex(token));
  } catch {
    return null;
  }
}

function wrong(param: string, value: string): Failure {
  return failure("invalid_request", `${param} can't be ${JSON.stringify(value)}.`, { param });
}
