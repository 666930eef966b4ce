/**
 * The facts of the two catalogues that the data file rests on, kept in scripts/catalogue/data/ with
 * their source and licence: whoever has the repository can make the file again.
 *
 * @module
 */
import type { CatalogueEntry } from "../../ledger/catalog/mod.ts";
import type { CatalogueFiles } from "./collect.ts";
import { linesOfJson } from "./lines_of_json.ts";
import { CATALOGUE_PROVIDERS } from "./providers.ts";
import { isLitellmFact, type LitellmEntry } from "./sources/litellm.ts";
import type { ModelsDevEntry } from "./sources/models_dev.ts";

/** What is kept of the two catalogues. */
export type KeptFacts = Pick<CatalogueFiles, "litellm" | "modelsDev">;

const FOLDER = new URL("./data/", import.meta.url);
const FILES = {
  litellm: {
    name: "litellm.json",
    source: "BerriAI/litellm model_prices_and_context_window.json, 2026-08-01",
  },
  modelsDev: {
    name: "models_dev.json",
    source: "anomalyco/models.dev at f3fc692299671838c7c65fd8126bf84d81a2e817, 2026-07-02",
  },
} as const;

/** Reads what is kept. */
export async function readFacts(): Promise<KeptFacts> {
  const read = async (name: string) =>
    JSON.parse(await Deno.readTextFile(new URL(name, FOLDER))).facts;
  return { litellm: await read(FILES.litellm.name), modelsDev: await read(FILES.modelsDev.name) };
}

/** Writes what is to be kept, numbers as the text that their source has. */
export async function writeFacts(facts: KeptFacts): Promise<void> {
  const write = async ({ name, source }: { name: string; source: string }, body: string) => {
    const text = `{\n  "source": ${
      JSON.stringify(source)
    },\n  "licence": "MIT",\n  "facts": ${body}\n}\n`;
    await Deno.writeTextFile(new URL(name, FOLDER), text);
  };
  await write(FILES.litellm, linesOfJson(facts.litellm, "  "));
  const byProvider = Object.entries(facts.modelsDev).map(([provider, models]) =>
    `    ${JSON.stringify(provider)}: ${linesOfJson(models, "    ")}`
  );
  await write(FILES.modelsDev, `{\n${byProvider.join(",\n")}\n  }`);
}

/** The facts of the models in the catalogue, and of those only what is read. */
export function keptFacts(files: KeptFacts, models: readonly CatalogueEntry[]): KeptFacts {
  const names = new Set(models.map(({ model }) => model));
  const litellm: Record<string, LitellmEntry> = {};
  const modelsDev: Record<string, Record<string, ModelsDevEntry>> = {};
  for (const provider of CATALOGUE_PROVIDERS) {
    const isKept = (id: string) =>
      names.has(`${provider.name}/${id}`) ||
      names.has(`${provider.name}/${provider.idPrefix ?? ""}${id}`);
    for (const [key, entry] of Object.entries(files.litellm)) {
      const own = String(entry.litellm_provider);
      if (!provider.litellm.includes(own)) continue;
      if (!isKept(key.startsWith(`${own}/`) ? key.slice(own.length + 1) : key)) continue;
      litellm[key] = Object.fromEntries(
        Object.entries(entry).filter(([name, value]) => isLitellmFact(name) && value !== false),
      );
    }
    for (const [id, entry] of Object.entries(files.modelsDev[provider.modelsDev ?? ""] ?? {})) {
      if (isKept(id)) (modelsDev[provider.modelsDev!] ??= {})[id] = modelsDevFacts(entry);
    }
  }
  return { litellm, modelsDev };
}

function modelsDevFacts(entry: ModelsDevEntry): ModelsDevEntry {
  const { name, family, release_date, status, reasoning, tool_call, structured_output } = entry;
  const { cost, limit, modalities } = entry;
  const all = { name, family, release_date, status, reasoning, tool_call, structured_output };
  const said = Object.entries({ ...all, cost, limit, modalities })
    .filter(([, value]) => value !== undefined && value !== false);
  return Object.fromEntries(said);
}
