/** The catalogue as data: what each model is, its price as decimal text, and where that comes from. @module */
import { z } from "zod";
import type { CommandOf } from "../../shared/commands/mod.ts";
import { type Rates } from "../../shared/events/mod.ts";
import { MODEL_KINDS, MODEL_MODALITIES } from "../../shared/models/mod.ts";
import { identifierSchema, labelSchema } from "../../shared/ids/mod.ts";
import { parseDecimal } from "../../shared/money/mod.ts";
import { USAGE_CLASSES, type UsageClass } from "../../shared/usage/mod.ts";

const daySchema = z.string().regex(/^\d{4}-\d{2}-\d{2}$/, "expected YYYY-MM-DD");

/** Dollars for a million units of a class, as decimal text with at most six decimals. */
const pricesSchema = z.partialRecord(
  z.enum(USAGE_CLASSES),
  z.string().regex(/^\d{1,12}(\.\d{1,6})?$/, "expected dollars with at most six decimals"),
);

const entrySchema = z.object({
  /** `provider/name`, where the name is the one that the provider's API takes. */
  model: identifierSchema,
  name: labelSchema,
  ownedBy: identifierSchema,
  kind: z.enum(MODEL_KINDS),
  contextWindowTokens: z.number().int().min(1),
  maxOutputTokens: z.number().int().min(1),
  usdPerMillion: pricesSchema,
  tiers: z.array(z.object({
    aboveInputTokens: z.number().int().min(1),
    usdPerMillion: pricesSchema,
  })).optional(),
  input: z.array(z.enum(MODEL_MODALITIES)),
  output: z.array(z.enum(MODEL_MODALITIES)),
  capabilities: z.array(identifierSchema),
  deprecatedOn: daySchema.optional(),
  retiredOn: daySchema.optional(),
  /** The source whose price this is. */
  from: z.string(),
  /** The sources that tell the same base price, or one within the bound. */
  confirmedBy: z.array(z.string()),
  /** Classes that `from` does not price, by the source that does. */
  filledFrom: z.partialRecord(z.enum(USAGE_CLASSES), z.string()).optional(),
  /** What another source tells otherwise, what was chosen, and why. */
  differences: z.array(z.object({
    what: z.string(),
    chosen: z.string(),
    other: z.string(),
    by: z.string(),
    why: z.string(),
  })).optional(),
  /** Facts that no usage class carries, or that are no whole picodollars. */
  unrepresented: z.array(z.string()).optional(),
  /** Why it is not for sale until an admin publishes it by hand. */
  held: z.string().optional(),
  /** Its provider needs a setup of its own: not for sale until an admin publishes it. */
  onRequest: z.literal(true).optional(),
});

const catalogueSchema = z.object({
  /** Part of each price's operation id: a changed catalogue needs a new one. */
  revision: z.string().regex(/^[0-9a-z-]{1,32}$/),
  sources: z.array(z.object({
    name: z.string(),
    version: z.string(),
    licence: z.string(),
    from: z.string(),
  })),
  /** Other names, each for one model of its maker. */
  aliases: z.record(identifierSchema, z.array(identifierSchema)),
  models: z.array(entrySchema),
});

/** See the module. */
export type Catalogue = z.output<typeof catalogueSchema>;

/** One model of the catalogue. */
export type CatalogueEntry = z.output<typeof entrySchema>;

/** Validates a catalogue. Throws ZodError naming what is wrong. */
export function parseCatalogue(data: unknown): Catalogue {
  return catalogueSchema.parse(data);
}

/** The provider that an entry's name begins with. */
export function providerOf({ model }: Pick<CatalogueEntry, "model">): string {
  return model.slice(0, model.indexOf("/"));
}

/** The command that publishes an entry's price. Throws RangeError when a price is not exact. */
export function publishCommand(
  entry: CatalogueEntry,
  catalogue: Pick<Catalogue, "sources">,
): CommandOf<"PublishPrice"> {
  return {
    type: "PublishPrice",
    body: {
      model: entry.model,
      displayName: entry.name,
      ownedBy: entry.ownedBy,
      ratesPicoUsdPerUnit: ratesFrom(entry.usdPerMillion),
      contextWindowTokens: entry.contextWindowTokens,
      maxOutputTokens: entry.maxOutputTokens,
      source: sourceLabel(entry, catalogue),
      kind: entry.kind,
      ...entry.tiers === undefined ? {} : {
        tiers: entry.tiers.map(({ aboveInputTokens, usdPerMillion }) => ({
          aboveInputTokens,
          ratesPicoUsdPerUnit: ratesFrom(usdPerMillion),
        })),
      },
      inputModalities: entry.input,
      outputModalities: entry.output,
      capabilities: entry.capabilities,
      ...entry.deprecatedOn === undefined ? {} : { deprecatedOn: entry.deprecatedOn },
      ...entry.retiredOn === undefined ? {} : { retiredOn: entry.retiredOn },
      providers: [providerOf(entry)],
    },
  };
}

/** Such as `genai-prices 0.1.8 (MIT), as litellm, models.dev`. */
function sourceLabel(entry: CatalogueEntry, { sources }: Pick<Catalogue, "sources">): string {
  const source = sources.find(({ name }) => name === entry.from);
  const own = source === undefined
    ? entry.from
    : `${source.name} ${source.version} (${source.licence})`;
  return entry.confirmedBy.length === 0 ? own : `${own}, as ${entry.confirmedBy.join(", ")}`;
}

function ratesFrom(usdPerMillion: Readonly<Partial<Record<UsageClass, string>>>): Rates {
  const rates: Rates = {};
  for (const usageClass of USAGE_CLASSES) {
    const text = usdPerMillion[usageClass];
    // A dollar for a million units is a million picodollars a unit: six decimals are whole.
    if (text !== undefined) rates[usageClass] = parseDecimal(text, 6);
  }
  return rates;
}
