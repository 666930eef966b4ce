/** What the models of the recordings cost here. @module */
import { packagedCatalogue, providerOf, publishCommand } from "../../ledger/catalog/mod.ts";
import type { CommandBody } from "../../shared/commands/mod.ts";
import { bareModelName } from "../../shared/models/mod.ts";
import { USAGE_CLASSES, type UsageClass } from "../../shared/usage/mod.ts";
import type { PlannedModel } from "./plan.ts";

/** A price and where it comes from. */
export interface ReplayPrice {
  readonly body: CommandBody<"PublishPrice">;
  /** `catalogue`, or `stand-in` where it does not have the model. */
  readonly from: "catalogue" | "stand-in";
}

const M = 1_000_000n;

/**
 * Picodollars a unit where the catalogue has no price: one of each class, about what a small model
 * costs, so that nothing that is metered goes uncharged. Tokens of one side cost the same, so that
 * no hold is high for a class that a model does not have. It is said on the price and on each line.
 */
const STAND_IN: Readonly<Record<UsageClass, bigint>> = {
  input: M,
  cached_input: M / 4n,
  cache_write_5m: M,
  cache_write_1h: M,
  audio_input: M,
  image_input: M,
  output: 4n * M,
  reasoning: 4n * M,
  audio_output: 4n * M,
  image_output: 4n * M,
  characters: M,
  seconds: 100n * M,
  images: 40_000n * M,
  requests: 0n,
  searches: 1_000n * M,
};

const STAND_IN_CONTEXT_TOKENS = 1_048_576;
const STAND_IN_OUTPUT_TOKENS = 131_072;

/** Finds prices; reads the packaged catalogue once. */
export function priceFinder(): (sold: string, model: PlannedModel) => ReplayPrice {
  const catalogue = packagedCatalogue();
  const byBareName = new Map<string, typeof catalogue.models[number][]>();
  for (const entry of catalogue.models) {
    const name = bareModelName(entry.model);
    byBareName.set(name, [...byBareName.get(name) ?? [], entry]);
  }
  return (sold, model) => {
    const found = byBareName.get(bareModelName(model.name)) ?? [];
    const entry = found.find((each) => providerOf(each) === model.provider) ?? found[0];
    const body = entry === undefined ? null : publishCommand(entry, catalogue).body;
    // A price without a rate for input can't be what a chat was recorded at.
    if (body === null || body.ratesPicoUsdPerUnit.input === undefined) {
      return { body: standIn(sold, model), from: "stand-in" };
    }
    const displayName = `${body.displayName} (recorded)`.slice(0, 100);
    return {
      body: { ...body, model: sold, displayName, deprecatedOn: null, retiredOn: null },
      from: "catalogue",
    };
  };
}

function standIn(sold: string, { provider }: PlannedModel): CommandBody<"PublishPrice"> {
  return {
    model: sold,
    displayName: "A recorded model at a stand-in price",
    ownedBy: provider.replace(/[^A-Za-z0-9._-]/g, "-"),
    ratesPicoUsdPerUnit: Object.fromEntries(USAGE_CLASSES.map((each) => [each, STAND_IN[each]])),
    contextWindowTokens: STAND_IN_CONTEXT_TOKENS,
    maxOutputTokens: STAND_IN_OUTPUT_TOKENS,
    source: "stand-in for a replay, no provider's price",
  };
}
