/** Translation between the protocols of clients and providers. @module */
export { translate, type Translation, translationTarget } from "./translate.ts";
