/** The fields of the form for a price, and what stands in them for a price that is known. @module */
import { MODEL_MODALITIES } from "../../shared/models/mod.ts";
import type { PriceRow } from "../../shared/read_api/mod.ts";
import { USAGE_CLASSES } from "../../shared/usage/mod.ts";
import { perMillionUsd } from "../format/mod.ts";

/** Lines of text that every price needs. */
export const TEXTS = ["model", "displayName", "ownedBy", "source"] as const;
/** Whole numbers that every price needs. */
export const COUNTS = ["contextWindowTokens", "maxOutputTokens"] as const;
/** Names, separated by commas. */
export const LISTS = ["capabilities", "providers"] as const;
/** Days that may be left open. */
export const DAYS = ["deprecatedOn", "retiredOn"] as const;
/** What a model takes and gives: a check box for each modality. */
export const SIDES = ["inputModalities", "outputModalities"] as const;
/** Most tiers of a price. */
export const MAXIMUM_TIERS = 8;

/** The name of a check box. */
export function modalityField(side: (typeof SIDES)[number], modality: string): string {
  return `${side}.${modality}`;
}

/** The name of a field of a tier, counted from 0: `above`, or a usage class. */
export function tierField(tier: number, of: string): string {
  return `tier${tier}.${of}`;
}

const TIER_FIELDS = ["above", ...USAGE_CLASSES];

/** Every name that the form can have. */
export const PRICE_FIELDS: readonly string[] = [
  ...TEXTS,
  ...COUNTS,
  ...USAGE_CLASSES,
  "kind",
  ...LISTS,
  ...DAYS,
  ...SIDES.flatMap((side) => MODEL_MODALITIES.map((modality) => modalityField(side, modality))),
  ...Array.from(
    { length: MAXIMUM_TIERS },
    (_, tier) => TIER_FIELDS.map((of) => tierField(tier, of)),
  ).flat(),
  "basis",
];

/** Everything that a price says, as the form has it; `basis` names the version that it is. */
export function valuesOfPrice(price: PriceRow): Record<string, string> {
  const tiers = price.tiers ?? [];
  return {
    model: price.model,
    displayName: price.displayName,
    ownedBy: price.ownedBy,
    source: price.source,
    contextWindowTokens: String(price.contextWindowTokens),
    maxOutputTokens: String(price.maxOutputTokens),
    ...ratesOf(price, (usageClass) => usageClass),
    kind: price.kind ?? "",
    capabilities: (price.capabilities ?? []).join(", "),
    providers: (price.providers ?? []).join(", "),
    deprecatedOn: price.deprecatedOn ?? "",
    retiredOn: price.retiredOn ?? "",
    ...Object.fromEntries(
      SIDES.flatMap((side) =>
        (price[side] ?? []).map((modality) => [modalityField(side, modality), "yes"])
      ),
    ),
    ...Object.assign(
      {},
      ...tiers.map((tier, index) => ({
        [tierField(index, "above")]: String(tier.aboveInputTokens),
        ...ratesOf(tier, (usageClass) => tierField(index, usageClass)),
      })),
    ),
    basis: String(price.priceVersion),
  };
}

function ratesOf(
  { ratesPicoUsdPerUnit }: Pick<PriceRow, "ratesPicoUsdPerUnit">,
  nameOf: (usageClass: string) => string,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(ratesPicoUsdPerUnit).map((
      [usageClass, rate],
    ) => [nameOf(usageClass), perMillionUsd(rate)]),
  );
}

/** How many tiers the values speak of, at most {@link MAXIMUM_TIERS}. */
export function tiersIn(values: Readonly<Record<string, string>>): number {
  for (let tier = MAXIMUM_TIERS; tier > 0; tier--) {
    if (TIER_FIELDS.some((of) => (values[tierField(tier - 1, of)] ?? "") !== "")) return tier;
  }
  return 0;
}

/**
 * What was typed over what is known: known values fill the fields that were left empty. Tiers are
 * taken from one side as a whole.
 */
export function typedOver(
  known: Readonly<Record<string, string>>,
  typed: Readonly<Record<string, string>>,
): Record<string, string> {
  const isTier = (name: string) => /^tier\d/.test(name);
  const keepsTiers = tiersIn(typed) > 0;
  const filled = Object.entries(typed).filter(([name, value]) => value !== "" && name !== "basis");
  const base = Object.entries(known).filter(([name]) => !keepsTiers || !isTier(name));
  return { ...Object.fromEntries(base), ...Object.fromEntries(filled) };
}
