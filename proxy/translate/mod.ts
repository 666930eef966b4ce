/** Translation between the protocols of clients and providers. @module */
export {
  spokenAs,
  translate,
  type Translation,
  type TranslationOptions,
  translationTarget,
} from "./translate.ts";
export type { ThoughtForm } from "./wire.ts";
