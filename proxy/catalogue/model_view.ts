/** One model for sale, as OpenAI shows one. @module */
import type { EdgeModel, EdgeTerms } from "../../shared/edge_config/mod.ts";
import type { JsonObject } from "../../shared/json.ts";
import { priceView } from "./price_view.ts";

/** A model in OpenAI's shape, with its limits, abilities and prices beside it; null: not known. */
export function modelView(model: EdgeModel, terms: EdgeTerms | null): JsonObject {
  return {
    id: model.model,
    object: "model",
    created: Math.floor(model.publishedAtMs / 1_000),
    owned_by: model.ownedBy,
    name: model.displayName,
    kind: model.kind ?? "chat",
    providers: model.providers ?? null,
    context_length: model.contextWindowTokens,
    max_output_tokens: model.maxOutputTokens,
    input_modalities: model.inputModalities ?? null,
    output_modalities: model.outputModalities ?? null,
    capabilities: model.capabilities ?? null,
    deprecated_on: model.deprecatedOn ?? null,
    retired_on: model.retiredOn ?? null,
    price_version: model.priceVersion ?? null,
    pricing: priceView(model, terms),
  };
}
