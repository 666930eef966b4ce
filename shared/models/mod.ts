/** Which models for sale a name means. @module */
export {
  bareModelName,
  createModelIndex,
  type ModelIndex,
  type NamedModel,
} from "./model_index.ts";
