/** Gathers what every source says of each model of each provider. @module */
import { CATALOGUE_PROVIDERS, type CatalogueProvider } from "./providers.ts";
import { readGenaiPrices } from "./sources/genai_prices.ts";
import { type LitellmEntry, readLitellm } from "./sources/litellm.ts";
import { type ModelsDevEntry, readModelsDev } from "./sources/models_dev.ts";
import type { SourceModel } from "./sources/source_model.ts";

/** The catalogues that come as files, their numbers as text; by litellm's key, and by provider. */
export interface CatalogueFiles {
  readonly litellm: Readonly<Record<string, LitellmEntry>>;
  readonly modelsDev: Readonly<Record<string, Readonly<Record<string, ModelsDevEntry>>>>;
  readonly tokenlens: Readonly<Record<string, Readonly<Record<string, ModelsDevEntry>>>>;
}

/** One model of one provider with everything that is told of it. */
export interface CollectedModel {
  readonly provider: CatalogueProvider;
  /** The name that the provider's API takes. */
  readonly id: string;
  /** In the order in which prices are believed; at least one. */
  readonly told: readonly SourceModel[];
}

// Names that stand for a price list, a variant of a picture or a region, not for a model.
const NO_MODEL =
  /^(together-ai-|fireworks-ai-|ft:|\d+-x-|hd\/|low\/|medium\/|high\/|standard\/|(eu|us|global|global-standard|invoke|(ap|ca|eu|sa|us|us-gov)-[a-z]+-\d)\/)/;

/** Every model that some source tells of, by provider and name; prices are those of `day`. */
export function collectModels(files: CatalogueFiles, day: string): CollectedModel[] {
  return CATALOGUE_PROVIDERS.flatMap((provider) => collectProvider(provider, files, day));
}

function collectProvider(
  provider: CatalogueProvider,
  files: CatalogueFiles,
  day: string,
): CollectedModel[] {
  const packaged = provider.genaiPrices === null
    ? null
    : readGenaiPrices(provider.genaiPrices, day, provider.idPrefix);
  const litellm = litellmOf(provider, files.litellm);
  const modelsDev = files.modelsDev[provider.modelsDev ?? ""] ?? {};
  const tokenlens = files.tokenlens[provider.tokenlens ?? ""] ?? {};
  const ids = new Set([
    ...packaged?.ids ?? [],
    ...litellm.keys(),
    ...Object.keys(modelsDev),
  ]);
  return [...ids].filter((id) => !NO_MODEL.test(id)).sort().map((id) => {
    const told: SourceModel[] = [];
    const found = packaged?.find(id) ?? null;
    if (found !== null) told.push(found);
    const [ofLitellm, ofModelsDev, ofTokenlens] = [litellm.get(id), modelsDev[id], tokenlens[id]];
    if (ofLitellm !== undefined) told.push(readLitellm(id, ofLitellm));
    if (ofModelsDev !== undefined) told.push(readModelsDev("models.dev", id, ofModelsDev));
    // tokenlens is an older copy of models.dev: where both tell, the newer one counts.
    else if (ofTokenlens !== undefined) told.push(readModelsDev("tokenlens", id, ofTokenlens));
    return { provider, id, told };
  });
}

/** litellm's entries of a provider by the name that its API takes; the longest of doubles counts. */
function litellmOf(
  provider: CatalogueProvider,
  entries: CatalogueFiles["litellm"],
): Map<string, LitellmEntry> {
  const found = new Map<string, LitellmEntry>();
  for (const [key, entry] of Object.entries(entries)) {
    const name = String(entry.litellm_provider);
    if (!provider.litellm.includes(name)) continue;
    const id = key.startsWith(`${name}/`) ? key.slice(name.length + 1) : key;
    const full = provider.idPrefix === undefined || id.startsWith("accounts/") ||
        id.startsWith("fireworks-ai-")
      ? id
      : `${provider.idPrefix}${id}`;
    const known = found.get(full);
    if (known === undefined || Object.keys(known).length < Object.keys(entry).length) {
      found.set(full, entry);
    }
  }
  return found;
}
