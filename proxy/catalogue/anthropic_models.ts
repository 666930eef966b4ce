/** Models as Anthropic lists them. @module */
import type { EdgeModel } from "../../shared/edge_config/mod.ts";
import type { JsonObject } from "../../shared/json.ts";
import { countIn, type ModelsForm } from "./models_form.ts";

const MAXIMUM_MODELS = 1_000;
const USUAL_MODELS = 20;

/** 20 models or `limit`, `after_id` or `before_id`. */
export const anthropicModels: ModelsForm = {
  name: "anthropic",
  page(query) {
    const limit = countIn(query, "limit", MAXIMUM_MODELS);
    if (typeof limit === "object" && limit !== null) return limit;
    const after = query.get("after_id");
    return {
      limit: limit ?? USUAL_MODELS,
      after,
      before: after === null ? query.get("before_id") : null,
    };
  },
  list: ({ models, hasMore }, { nowMs }) => ({
    data: models.map((model) => viewOf(model, nowMs)),
    first_id: models[0]?.model ?? null,
    last_id: models.at(-1)?.model ?? null,
    has_more: hasMore,
  }),
  one: (model, { nowMs }) => viewOf(model, nowMs),
};

/** What nobody here knows, such as the abilities that Anthropic alone has names for, is null. */
function viewOf(model: EdgeModel, nowMs: number): JsonObject {
  const lifecycle = lifecycleOf(model, nowMs);
  const isActive = lifecycle === "active";
  return {
    type: "model",
    id: model.model,
    display_name: model.displayName,
    created_at: new Date(model.publishedAtMs).toISOString(),
    max_input_tokens: model.contextWindowTokens,
    max_tokens: model.maxOutputTokens,
    capabilities: null,
    line: null,
    lifecycle,
    deprecated_at: isActive ? null : midnight(model.deprecatedOn),
    retires_at: isActive ? null : midnight(model.retiredOn),
  };
}

function lifecycleOf({ deprecatedOn, retiredOn }: EdgeModel, nowMs: number) {
  const today = new Date(nowMs).toISOString().slice(0, 10);
  if (retiredOn != null && retiredOn <= today) return "retired";
  return deprecatedOn != null && deprecatedOn <= today ? "deprecated" : "active";
}

function midnight(day: string | null | undefined): string | null {
  return day == null ? null : `${day}T00:00:00Z`;
}
