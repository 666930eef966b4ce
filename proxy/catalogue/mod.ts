/** The models for sale, as OpenAI lists them. @module */
import type { EdgeModel } from "../../shared/edge_config/mod.ts";
import type { JsonObject } from "../../shared/json.ts";

/** One model in OpenAI's shape, with its limits beside it. */
export function modelView(model: EdgeModel): JsonObject {
  return {
    id: model.model,
    object: "model",
    created: Math.floor(model.publishedAtMs / 1_000),
    owned_by: model.ownedBy,
    name: model.displayName,
    context_length: model.contextWindowTokens,
    max_output_tokens: model.maxOutputTokens,
  };
}

/** The list of models, as `GET /v1/models` answers it. */
export function modelList(models: readonly EdgeModel[]): JsonObject {
  return { object: "list", data: models.map(modelView) };
}
