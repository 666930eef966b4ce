import { describe, expect, it } from "vitest";
import {
  type CatalogueEntry,
  packagedCatalogue,
  providerOf,
  publishCommand,
} from "../../ledger/catalog/mod.ts";
import { chargeMicroKyat, costNanoUsd } from "../../ledger/pricing/mod.ts";
import type { PinnedPricing } from "../../shared/events/mod.ts";
import { USAGE_CLASSES } from "../../shared/usage/mod.ts";
import {
  type Asked,
  askedByGenaiPrices,
  askedByLitellm,
  askedByModelsDev,
  dollars,
  fraction,
  rounded,
  type Units,
} from "./cost_oracle.ts";
import { readFacts } from "./kept_facts.ts";
import { CATALOGUE_DAY, catalogueText, generateCatalogue, tokenlensFacts } from "./generate.ts";
import { CATALOGUE_PROVIDERS } from "./providers.ts";
import type { LitellmEntry } from "./sources/litellm.ts";

const USAGES_PER_WINDOW = 10;
const catalogue = packagedCatalogue();
const facts = await readFacts();
const tokenlens = tokenlensFacts();

/** Numbers below `below` that look random and are the same in each run. */
function createNumbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6D2B79F5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

function askedBy(source: string, entry: CatalogueEntry): Asked {
  const provider = CATALOGUE_PROVIDERS.find(({ name }) => name === providerOf(entry))!;
  const id = entry.model.slice(provider.name.length + 1);
  if (source === "genai-prices") {
    return askedByGenaiPrices(provider.genaiPrices!, id, CATALOGUE_DAY);
  }
  if (source === "models.dev") {
    return askedByModelsDev(facts.modelsDev[provider.modelsDev!]![id]!);
  }
  if (source === "tokenlens") return askedByModelsDev(tokenlens[provider.tokenlens!]![id]!);
  const ids = [id, id.slice(provider.idPrefix?.length ?? 0)];
  const keys = provider.litellm.flatMap((own) => ids.flatMap((one) => [`${own}/${one}`, one]));
  // Some models stand there twice; the one that says more is the one that counts.
  const entries = keys.flatMap((key): LitellmEntry[] =>
    facts.litellm[key] === undefined ? [] : [facts.litellm[key]]
  );
  const size = (one: LitellmEntry) => Object.keys(one).length;
  return askedByLitellm(entries.sort((one, other) => size(other) - size(one))[0]!);
}

/** What the sources ask for an entry: the one that it names, and for some classes another one. */
function askedFor(entry: CatalogueEntry): Asked {
  const own = askedBy(entry.from, entry);
  const filled = Object.entries(entry.filledFrom ?? {}).map(([usageClass, source]) =>
    [usageClass, askedBy(source, entry)] as const
  );
  const others = new Map(filled);
  // The other source counts at the same tier as the first one, wherever its own begins.
  const starts = (entry.tiers ?? []).map(({ aboveInputTokens }) => aboveInputTokens);
  const within = (inputTokens: number) => {
    const start = starts.findLast((one) => inputTokens > one);
    return start === undefined ? 0 : start + 2;
  };
  return (usageClass, inputTokens) => {
    const price = others.has(usageClass)
      ? others.get(usageClass)!(usageClass, within(inputTokens))
      : own(usageClass, inputTokens);
    if (price !== null || usageClass !== "output") return price;
    return own(entry.kind === "image" ? "image_output" : "audio_output", inputTokens);
  };
}

const INPUT_CLASSES = USAGE_CLASSES.slice(0, 4).concat("audio_input", "image_input");

/** Usage whose input-side tokens are from `least` to `most`, over a random choice of classes. */
function usageWithin(least: number, most: number, numbers: (below: number) => number): Units {
  const units: Record<string, number> = {};
  let left = least + numbers(most - least + 1);
  for (const usageClass of USAGE_CLASSES) {
    if (INPUT_CLASSES.includes(usageClass) || numbers(3) === 0) continue;
    units[usageClass] = numbers(usageClass === "characters" ? 100_000 : 20_000);
  }
  for (const usageClass of INPUT_CLASSES.slice(1)) {
    if (numbers(2) === 0) continue;
    units[usageClass] = numbers(left + 1);
    left -= units[usageClass];
  }
  return { ...units, input: left };
}

describe("the catalogue's costs", () => {
  it("are what the sources ask, for random usage of every entry and every tier", () => {
    const numbers = createNumbers(20_260_923);
    let compared = 0;
    for (const entry of catalogue.models) {
      const { body } = publishCommand(entry, catalogue);
      const asked = askedFor(entry);
      const starts = [0, ...(body.tiers ?? []).map(({ aboveInputTokens }) => aboveInputTokens + 1)];
      for (const [index, least] of starts.entries()) {
        const most = (starts[index + 1] ?? 2 * least + 100_001) - 1;
        for (let round = 0; round < USAGES_PER_WINDOW; round++) {
          const usage = round === 0
            ? { input: least, output: 1 }
            : round === 1
            ? { input: most, output: 1 }
            : usageWithin(least, most, numbers);
          const pricing: PinnedPricing = {
            priceVersion: 1,
            ratesPicoUsdPerUnit: body.ratesPicoUsdPerUnit,
            ...body.tiers === undefined ? {} : { tiers: body.tiers },
            markupVersion: 1,
            markupPartsPerMillion: numbers(200_000),
            fxVersion: 1,
            fxMicroKyat: BigInt(1 + numbers(2 ** 31)) * 3n,
            fxNanoUsd: 1_000_000_000n,
          };
          const { n, d } = dollars(usage, asked);
          const what = `${entry.model} ${JSON.stringify(usage)}`;
          expect([what, costNanoUsd(usage, pricing)])
            .toEqual([what, rounded({ n: n * 1_000_000_000n, d })]);
          const markup = fraction(`${1_000_000 + pricing.markupPartsPerMillion}`, 1_000_000);
          const charge = rounded({
            n: n * markup.n * pricing.fxMicroKyat,
            d: d * markup.d,
          });
          expect([what, chargeMicroKyat(usage, pricing)]).toEqual([what, charge]);
          compared += 1;
        }
      }
    }
    expect(compared).toBeGreaterThan(10_000);
  });
});

describe("the catalogue's data file", () => {
  it("is what its sources make, to the last byte", async () => {
    const made = generateCatalogue({ ...facts, tokenlens });
    const file = new URL("../../ledger/catalog/data/catalogue.json", import.meta.url);
    expect(catalogueText(made.catalogue) === await Deno.readTextFile(file)).toBe(true);
  });
});
