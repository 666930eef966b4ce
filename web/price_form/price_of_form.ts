/** From a posted form to the price that it asks for. @module */
import { MODEL_KINDS, MODEL_MODALITIES } from "../../shared/models/mod.ts";
import { identifierSchema } from "../../shared/ids/mod.ts";
import type { JsonObject } from "../../shared/json.ts";
import type { PriceRow } from "../../shared/read_api/mod.ts";
import { USAGE_CLASSES } from "../../shared/usage/mod.ts";
import {
  checkFields,
  count,
  type FieldCheck,
  identifier,
  names,
  picoUsdPerUnit,
  text,
} from "../forms/mod.ts";
import type { TextKey } from "../i18n/mod.ts";
import { LISTS, MAXIMUM_TIERS, modalityField, SIDES, tierField } from "./price_fields.ts";

type Read = (name: string) => string;

/** The body of the ledger's command, or what is wrong by field. */
export type AskedPrice =
  | { readonly ok: true; readonly body: JsonObject }
  | { readonly ok: false; readonly problems: Readonly<Record<string, TextKey>> };

/** Reads the form. `before` is the model's price in force, whose order of modalities is kept. */
export function priceOfForm(field: Read, before: PriceRow | null): AskedPrice {
  const facts = checkFields({
    model: identifier(field("model")),
    displayName: text(field("displayName")),
    ownedBy: identifier(field("ownedBy")),
    source: text(field("source")),
    contextWindowTokens: count(field("contextWindowTokens")),
    maxOutputTokens: count(field("maxOutputTokens")),
  });
  const lists = checkFields({
    capabilities: names(field("capabilities"), identifierSchema),
    providers: names(field("providers"), identifierSchema),
    deprecatedOn: day(field("deprecatedOn")),
    retiredOn: day(field("retiredOn")),
  });
  const rates = ratesIn(field, (usageClass) => usageClass);
  const tiers = tiersOf(field);
  if (!facts.ok || !lists.ok || !rates.ok || !tiers.ok) {
    const problems = [facts, lists, rates, tiers].map((part) => part.ok ? {} : part.problems);
    return { ok: false, problems: Object.assign({}, ...problems) };
  }
  const { deprecatedOn, retiredOn } = lists.value;
  const kind = MODEL_KINDS.find((known) => known === field("kind"));
  return {
    ok: true,
    body: {
      ...facts.value,
      ratesPicoUsdPerUnit: rates.value,
      ...kind === undefined ? {} : { kind },
      ...tiers.value.length === 0 ? {} : { tiers: tiers.value },
      ...Object.fromEntries(
        LISTS.flatMap((name) => lists.value[name].length === 0 ? [] : [[name, lists.value[name]]]),
      ),
      ...Object.fromEntries(SIDES.flatMap((side) => {
        const chosen = modalitiesOf(field, side, before);
        return chosen.length === 0 ? [] : [[side, chosen]];
      })),
      ...deprecatedOn === null ? {} : { deprecatedOn },
      ...retiredOn === null ? {} : { retiredOn },
    },
  };
}

type Checked<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly problems: Record<string, TextKey> };

function ratesIn(field: Read, nameOf: (usageClass: string) => string): Checked<JsonObject> {
  const checked = checkFields(Object.fromEntries(
    USAGE_CLASSES.map((usageClass) => [
      nameOf(usageClass),
      picoUsdPerUnit(field(nameOf(usageClass))),
    ]),
  ));
  if (!checked.ok) return checked;
  const rates = USAGE_CLASSES.flatMap((usageClass) => {
    const rate = checked.value[nameOf(usageClass)] ?? null;
    return rate === null ? [] : [[usageClass, rate] as const];
  });
  return { ok: true, value: Object.fromEntries(rates) };
}

/** Tiers whose fields are all empty are left out; each other one must begin above the one before. */
function tiersOf(field: Read): Checked<JsonObject[]> {
  const tiers: JsonObject[] = [];
  const problems: Record<string, TextKey> = {};
  let last = 0;
  for (let tier = 0; tier < MAXIMUM_TIERS; tier++) {
    const above = field(tierField(tier, "above"));
    const rates = ratesIn(field, (usageClass) => tierField(tier, usageClass));
    if (!rates.ok) Object.assign(problems, rates.problems);
    const isEmpty = rates.ok && Object.keys(rates.value).length === 0;
    if (above === "" && isEmpty) continue;
    const checked = count(above);
    if (!checked.ok || checked.value <= last || isEmpty) {
      problems[tierField(tier, "above")] = "tier_bad";
    } else if (rates.ok) {
      last = checked.value;
      tiers.push({ aboveInputTokens: checked.value, ratesPicoUsdPerUnit: rates.value });
    }
  }
  return Object.keys(problems).length > 0 ? { ok: false, problems } : { ok: true, value: tiers };
}

function modalitiesOf(
  field: Read,
  side: (typeof SIDES)[number],
  before: PriceRow | null,
): (typeof MODEL_MODALITIES)[number][] {
  const chosen = MODEL_MODALITIES.filter((each) => field(modalityField(side, each)) === "yes");
  const kept = (before?.[side] ?? []).filter((each) => chosen.includes(each));
  return [...kept, ...chosen.filter((each) => !kept.includes(each))];
}

function day(given: string): FieldCheck<string | null> {
  if (given === "") return { ok: true, value: null };
  return /^\d{4}-\d{2}-\d{2}$/.test(given)
    ? { ok: true, value: given }
    : { ok: false, problem: "day_bad" };
}
