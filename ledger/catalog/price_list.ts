/** Price lists as data: decimal text in dollars per million tokens, never a float. @module */
import { z } from "zod";
import type { CommandOf } from "../../shared/commands/mod.ts";
import type { Rates } from "../../shared/events/mod.ts";
import { parseDecimal } from "../../shared/money/mod.ts";
import { USAGE_CLASSES, type UsageClass } from "../../shared/usage/mod.ts";

const priceListSchema = z.object({
  /** Part of each price's operation id: a changed list needs a new one. */
  revision: z.string().regex(/^[0-9a-z-]{1,32}$/),
  source: z.string(),
  licence: z.string(),
  upstream: z.string().optional(),
  models: z.array(z.object({
    model: z.string(),
    displayName: z.string(),
    ownedBy: z.string(),
    usdPerMillionTokens: z.partialRecord(z.enum(USAGE_CLASSES), z.string()),
    contextWindowTokens: z.number().int().min(1),
    maxOutputTokens: z.number().int().min(1),
  })).max(1_000),
});

/** See the module. */
export type PriceList = z.output<typeof priceListSchema>;

/** Validates a price list. Throws ZodError naming what is wrong. */
export function parsePriceList(data: unknown): PriceList {
  return priceListSchema.parse(data);
}

/** The command that publishes each price of the list, in the list's order. */
export function publishCommands(list: PriceList): CommandOf<"PublishPrice">[] {
  return list.models.map((model) => ({
    type: "PublishPrice",
    body: {
      model: model.model,
      displayName: model.displayName,
      ownedBy: model.ownedBy,
      ratesPicoUsdPerUnit: ratesFrom(model.usdPerMillionTokens),
      contextWindowTokens: model.contextWindowTokens,
      maxOutputTokens: model.maxOutputTokens,
      source: list.source,
    },
  }));
}

function ratesFrom(usdPerMillionTokens: Readonly<Partial<Record<UsageClass, string>>>): Rates {
  const rates: Rates = {};
  for (const usageClass of USAGE_CLASSES) {
    const text = usdPerMillionTokens[usageClass];
    // A dollar per million tokens is a million picodollars per token: six decimals are whole.
    if (text !== undefined) rates[usageClass] = parseDecimal(text, 6);
  }
  return rates;
}
