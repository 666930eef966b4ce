/** The settings of an API key as a form. @module */
export {
  type AskedSettings,
  SETTING_FIELDS,
  settingsOfForm,
  valuesOfKey,
} from "./settings_form.ts";
