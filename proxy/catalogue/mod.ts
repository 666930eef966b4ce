/** The models for sale, as OpenAI lists them. @module */
export { createModelListing, type ListedModels, type ModelListing } from "./model_listing.ts";
export { modelView } from "./model_view.ts";
