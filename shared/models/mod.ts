/** Which models for sale a name means. @module */
export {
  bareModelName,
  createModelIndex,
  type ModelIndex,
  type NamedModel,
} from "./model_index.ts";
export { MODEL_KINDS, MODEL_MODALITIES, type ModelKind } from "./kinds.ts";
