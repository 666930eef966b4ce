/** Providers and their keys as forms and tables. @module */
export { type AskedKey, KEY_FIELDS, KeyForm, keyOfForm } from "./key_form.tsx";
export { ProviderKeyTable } from "./key_table.tsx";
export {
  type AskedProvider,
  PROVIDER_FIELDS,
  providerOfForm,
  valuesOfProvider,
} from "./provider_form.ts";
export { ProviderForm } from "./settings_form.tsx";
