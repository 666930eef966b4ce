/** What would change between the prices that a ledger knows and those of a catalogue. @module */
import {
  type Catalogue,
  type CatalogueEntry,
  providerOf,
  publishCommand,
} from "../../ledger/catalog/mod.ts";
import type { CommandOf } from "../../shared/commands/mod.ts";
import type { EdgeModel } from "../../shared/edge_config/mod.ts";
import { formatDecimal } from "../../shared/money/mod.ts";
import { USAGE_CLASSES } from "../../shared/usage/mod.ts";

/** A price to publish. */
export type PriceBody = CommandOf<"PublishPrice">["body"];

/** One thing that differs; prices are dollars for a million units, null where there is none. */
export interface Difference {
  readonly what: string;
  readonly from: string | null;
  readonly to: string | null;
  /** How much a price rises, such as `+4.0 %`; null where that says nothing. */
  readonly percent: string | null;
}

/** What would become of one model. */
export type Change =
  /** Not known to the ledger yet. */
  | {
    readonly kind: "new";
    readonly model: string;
    readonly body: PriceBody;
    readonly says: Difference[];
  }
  /** The same, of a provider that needs a setup of its own; publishing it needs `--only`. */
  | {
    readonly kind: "available";
    readonly model: string;
    readonly body: PriceBody;
    readonly says: Difference[];
  }
  /** Known, and different. */
  | {
    readonly kind: "changed";
    readonly model: string;
    readonly priceVersion: number;
    readonly body: PriceBody;
    readonly says: Difference[];
  }
  /** For sale, and no longer in the catalogue; publishing leaves it unless it is asked for. */
  | { readonly kind: "gone"; readonly model: string; readonly priceVersion: number }
  /** In the catalogue, and taken out of sale by a person; publishing it needs its name. */
  | {
    readonly kind: "withdrawn";
    readonly model: string;
    readonly priceVersion: number;
    readonly body: PriceBody;
  }
  /** In the catalogue, and held back there; publishing it needs its name. */
  | {
    readonly kind: "held";
    readonly model: string;
    /** 0 when it was never for sale. */
    readonly priceVersion: number;
    readonly reason: string;
    readonly body: PriceBody;
    readonly says: Difference[];
  };

/** Every model about which ledger and catalogue differ, by name; the others are left out. */
export function compareCatalogue(
  known: readonly EdgeModel[],
  catalogue: Pick<Catalogue, "models" | "sources">,
): Change[] {
  const sold = new Map(known.map((model) => [model.model, model]));
  const told = new Set(catalogue.models.map(({ model }) => model));
  const changes = catalogue.models.flatMap((entry) =>
    changeOf(entry, sold.get(entry.model), catalogue) ?? []
  );
  for (const model of known) {
    // Only what says which provider serves it can come from a catalogue.
    const fromCatalogue = model.providers?.includes(providerOf(model)) ?? false;
    if (!fromCatalogue || told.has(model.model) || model.withdrawn) continue;
    changes.push({ kind: "gone", model: model.model, priceVersion: model.priceVersion ?? 0 });
  }
  return changes.sort((a, b) => a.model < b.model ? -1 : 1);
}

function changeOf(
  entry: CatalogueEntry,
  known: EdgeModel | undefined,
  catalogue: Pick<Catalogue, "sources">,
): Change | null {
  const { model } = entry;
  const { body } = publishCommand(entry, catalogue);
  const says = differencesOf(known ?? null, body);
  const priceVersion = known?.priceVersion ?? 0;
  if (entry.held !== undefined) {
    const isAsHeld = says.length === 0 && known?.withdrawn !== true;
    return isAsHeld ? null : { kind: "held", model, priceVersion, reason: entry.held, body, says };
  }
  if (known === undefined) {
    return { kind: entry.onRequest ? "available" : "new", model, body, says };
  }
  if (known.withdrawn) return { kind: "withdrawn", model, priceVersion, body };
  return says.length === 0 ? null : { kind: "changed", model, priceVersion, body, says };
}

/** What differs between a known price and one to publish, prices first; all of it when none is known. */
export function differencesOf(known: EdgeModel | null, body: PriceBody): Difference[] {
  const [before, after] = [known === null ? new Map() : factsOf(known), factsOf(body)];
  const differences: Difference[] = [];
  for (const what of new Set([...before.keys(), ...after.keys()])) {
    const [from, to] = [before.get(what) ?? null, after.get(what) ?? null];
    if (from?.text === to?.text) continue;
    const percent = from?.price === undefined || to?.price === undefined
      ? null
      : percentText(from.price, to.price);
    differences.push({ what, from: from?.text ?? null, to: to?.text ?? null, percent });
  }
  return differences;
}

interface Fact {
  readonly text: string;
  /** In picodollars a unit, where it is a price. */
  readonly price?: bigint;
}

function factsOf(of: EdgeModel | PriceBody): Map<string, Fact> {
  const facts = new Map<string, Fact>();
  const notePrices = (rates: EdgeModel["ratesPicoUsdPerUnit"], where: string) => {
    for (const usageClass of USAGE_CLASSES) {
      const price = rates[usageClass];
      if (price === undefined) continue;
      facts.set(`${usageClass}${where}`, { text: formatDecimal(price, 6), price });
    }
  };
  notePrices(of.ratesPicoUsdPerUnit, "");
  for (const { aboveInputTokens, ratesPicoUsdPerUnit } of of.tiers ?? []) {
    notePrices(ratesPicoUsdPerUnit, ` above ${aboveInputTokens}`);
  }
  const others: Readonly<Record<string, string | number | readonly string[] | null | undefined>> = {
    name: of.displayName,
    "owned by": of.ownedBy,
    kind: of.kind,
    "context window": of.contextWindowTokens,
    "output limit": of.maxOutputTokens,
    "tiers above": of.tiers?.map(({ aboveInputTokens }) => `${aboveInputTokens}`),
    "takes": of.inputModalities,
    "gives": of.outputModalities,
    capabilities: of.capabilities,
    "deprecated on": of.deprecatedOn,
    "retired on": of.retiredOn,
    providers: of.providers,
  };
  for (const [what, value] of Object.entries(others)) {
    if (value === undefined || value === null || (Array.isArray(value) && value.length === 0)) {
      continue;
    }
    facts.set(what, { text: typeof value === "object" ? value.join(" ") : `${value}` });
  }
  return facts;
}

/** By how much `to` is above `from`, with one decimal rounded half away from zero. */
export function percentText(from: bigint, to: bigint): string | null {
  if (from === 0n) return null;
  const [sign, rise] = to >= from ? ["+", to - from] : ["-", from - to];
  const tenths = (2_000n * rise + from) / (2n * from);
  return `${sign}${formatDecimal(tenths, 1, 1)} %`;
}
