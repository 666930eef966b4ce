/** Models as OpenAI lists them, with limits, abilities and prices beside. @module */
import { modelView } from "./model_view.ts";
import { countIn, type ModelsForm } from "./models_form.ts";

const MAXIMUM_MODELS = 10_000;

/** All models at once, or `limit` of them `after` one. */
export const openaiModels: ModelsForm = {
  name: "openai",
  page(query) {
    const limit = countIn(query, "limit", MAXIMUM_MODELS);
    if (typeof limit === "object" && limit !== null) return limit;
    return { limit: limit ?? MAXIMUM_MODELS, after: query.get("after"), before: null };
  },
  list: ({ models, hasMore }, { terms }) => ({
    object: "list",
    data: models.map((model) => modelView(model, terms)),
    first_id: models[0]?.model ?? null,
    last_id: models.at(-1)?.model ?? null,
    has_more: hasMore,
  }),
  one: (model, { terms }) => modelView(model, terms),
};
