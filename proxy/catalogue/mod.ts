/** The models for sale, as OpenAI, Anthropic and Google list them. @module */
export { anthropicModels } from "./anthropic_models.ts";
export { googleModels } from "./google_models.ts";
export { createModelListing, type ListedModels, type ModelListing } from "./model_listing.ts";
export type { ModelsForm } from "./models_form.ts";
export { openaiModels } from "./openai_models.ts";
