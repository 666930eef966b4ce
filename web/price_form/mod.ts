/** The form for a model's price, in which nothing that the price says is lost. @module */
export {
  COUNTS,
  DAYS,
  LISTS,
  MAXIMUM_TIERS,
  modalityField,
  PRICE_FIELDS,
  SIDES,
  TEXTS,
  tierField,
  tiersIn,
  typedOver,
  valuesOfPrice,
} from "./price_fields.ts";
export { type AskedPrice, priceOfForm } from "./price_of_form.ts";
