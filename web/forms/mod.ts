/** Forms: read within bounds, protected against forgery, checked, shown again with errors. @module */
export { createFormGuard, type FormGuard } from "./form_guard.ts";
export { readForm } from "./read_form.ts";
export {
  count,
  decimal,
  type FieldCheck,
  identifier,
  kyatPerUsd,
  markupParts,
  names,
  optionalIdentifier,
  picoUsd,
  picoUsdPerUnit,
  signedKyat,
  text,
} from "./fields.ts";
export { checkFields, emptyForm, type FormState } from "./form_state.ts";
