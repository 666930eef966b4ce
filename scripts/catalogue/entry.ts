/** From what the sources tell of a model to its entry in the catalogue. @module */
import type { CatalogueEntry } from "../../ledger/catalog/mod.ts";
import type { Rates } from "../../shared/events/mod.ts";
import type { ModelKind } from "../../shared/models/mod.ts";
import { identifierSchema, labelSchema } from "../../shared/ids/mod.ts";
import { USAGE_CLASSES } from "../../shared/usage/mod.ts";
import { choosePrice, type ChosenPrice, type Difference, usd } from "./choose_price.ts";
import type { CollectedModel } from "./collect.ts";
import { kindOf, makerOf, modalitiesOfModel } from "./model_kind.ts";
import type { SourceModel } from "./sources/source_model.ts";

/** An entry, or why the model is left out of the catalogue. */
export type EntryOutcome = { readonly entry: CatalogueEntry } | { readonly leftOut: string };

/** A context window that no source tells: so high that no hold is cut below the truth. */
const UNKNOWN_CONTEXT_TOKENS = 1_000_000;

/** An output limit that no source tells, of a model whose output is not text: above any known one. */
const UNKNOWN_OUTPUT_TOKENS = 65_536;

const TOKEN_KINDS: readonly ModelKind[] = ["chat", "completion"];
const CAPABILITIES_BY_KIND: Partial<Record<ModelKind, readonly string[]>> = {
  chat: ["streaming"],
  completion: ["streaming"],
};

/** The entry of a model as things stand on `day` (YYYY-MM-DD). */
export function entryOf(collected: CollectedModel, day: string): EntryOutcome {
  const { provider, id, told } = collected;
  const model = `${provider.name}/${id}`;
  if (!identifierSchema.safeParse(model).success) return { leftOut: "its name is no identifier" };
  const unfit = unfitBecause(collected);
  if (unfit !== null) return { leftOut: unfit };
  const kind = kindOf(id, told);
  const price = choosePrice(kind, told);
  if (price === null) return { leftOut: "no source has a price that is exact and complete" };
  const context = largest(told, "contextWindowTokens");
  if (context.value === null && TOKEN_KINDS.includes(kind)) {
    return { leftOut: "no source tells its context window" };
  }
  const output = outputLimit(kind, told, context.value);
  const differences = [...price.differences, ...context.differences, ...output.differences];
  const { input: inputs, output: outputs } = modalitiesOfModel(kind, told, price.rates);
  const { deprecatedOn, retiredOn } = lifeOf(told, day);
  const held = price.held ?? variantsHold(kind, told) ??
    (retiredOn === null ? null : `out of service since ${retiredOn}`);
  const unrepresented = [
    ...new Set(
      told.filter(({ source }) => isCounted(source, price)).flatMap((one) => one.unrepresented),
    ),
  ];
  return {
    entry: {
      model,
      name: displayName(id, told),
      ownedBy: makerOf(id, provider),
      kind,
      contextWindowTokens: context.value ?? UNKNOWN_CONTEXT_TOKENS,
      maxOutputTokens: output.value,
      usdPerMillion: pricesOf(withPlainOutput(kind, price.rates)),
      ...price.tiers.length === 0 ? {} : {
        tiers: price.tiers.map(({ aboveInputTokens, rates }) => ({
          aboveInputTokens,
          usdPerMillion: pricesOf(rates),
        })),
      },
      input: inputs,
      output: outputs,
      capabilities: capabilitiesOf(kind, told, inputs.includes("image")),
      ...deprecatedOn === null ? {} : { deprecatedOn },
      ...retiredOn === null ? {} : { retiredOn },
      from: price.from.source,
      confirmedBy: [...price.confirmedBy],
      ...Object.keys(price.filledFrom).length === 0 ? {} : { filledFrom: price.filledFrom },
      ...differences.length === 0 ? {} : { differences },
      ...unrepresented.length === 0 ? {} : { unrepresented },
      ...held === null ? {} : { held },
      ...provider.onRequest ? { onRequest: true as const } : {},
    },
  };
}

// genai-prices also tells what a provider resells elsewhere, or gives away for others to serve.
const RESOLD: Readonly<Record<string, RegExp>> = { google: /^claude/, openai: /^gpt-oss/ };

/** Why nothing may be built on what is told; null when it may. */
function unfitBecause({ provider, id, told }: CollectedModel): string | null {
  if (/ocr/i.test(id)) return "it is sold by pages";
  if (RESOLD[provider.name]?.test(id)) return "it is another provider's";
  const sources = told.map(({ source }) => source).filter((source) => source !== "tokenlens");
  if (sources.length === 0) return "tokenlens alone tells of it";
  const known = [provider.genaiPrices, provider.modelsDev, provider.litellm[0] ?? null];
  const mayBeStale = !provider.makesModels && sources.length === 1 && sources[0] !== "models.dev" &&
    known.filter((one) => one !== null).length > 1;
  return mayBeStale ? `${sources[0]} alone tells of it, the catalogues do not` : null;
}

function isCounted(source: string, { from, confirmedBy }: ChosenPrice): boolean {
  return source === from.source || confirmedBy.includes(source);
}

interface Limit {
  readonly value: number | null;
  readonly differences: readonly Difference[];
}

/** The largest that any source tells: a hold cuts its bound to it, so it must not be too low. */
function largest(
  told: readonly SourceModel[],
  member: "contextWindowTokens" | "maxOutputTokens",
): Limit {
  const known = told.filter((one) => one[member] !== null);
  const value = known.reduce((most, one) => Math.max(most, one[member] ?? 0), 0);
  if (value === 0) return { value: null, differences: [] };
  const differences = known.filter((one) => one[member] !== value).map((one) => ({
    what: member,
    chosen: `${value}`,
    other: `${one[member]}`,
    by: one.source,
    why: "the larger one bounds every call",
  }));
  return { value, differences };
}

function outputLimit(
  kind: ModelKind,
  told: readonly SourceModel[],
  contextTokens: number | null,
): Limit & { readonly value: number } {
  if (kind === "embedding" || kind === "rerank" || kind === "moderation") {
    return { value: 1, differences: [] };
  }
  const { value, differences } = largest(told, "maxOutputTokens");
  return {
    value: value ?? (TOKEN_KINDS.includes(kind) ? contextTokens : null) ?? UNKNOWN_OUTPUT_TOKENS,
    differences,
  };
}

/** Holds back what costs differently by a quality that no usage class tells. */
function variantsHold(kind: ModelKind, told: readonly SourceModel[]): string | null {
  const id = told[0]!.id;
  if (/dall-e/.test(id)) return "its price depends on size and quality, which usage does not tell";
  const bySize = told.some(({ unrepresented }) => unrepresented.some((one) => /1080p/.test(one)));
  return kind === "video" && (bySize || /-pro/.test(id))
    ? "its price depends on the resolution, which usage does not tell"
    : null;
}

/**
 * The days of deprecation and retirement. litellm's day is the one on which a model goes out of
 * service; a source that tells no day tells that it is deprecated by the day of the catalogue.
 */
function lifeOf(
  told: readonly SourceModel[],
  day: string,
): { readonly deprecatedOn: string | null; readonly retiredOn: string | null } {
  const dated = told.find((one) => one.deprecatedOn !== null)?.deprecatedOn ?? null;
  const deprecated = told.some((one) => one.deprecated);
  if (dated === null) return { deprecatedOn: deprecated ? day : null, retiredOn: null };
  return { deprecatedOn: dated, retiredOn: dated <= day ? dated : null };
}

/** Output in a class of its own lends its rate to plain output, which would else be free. */
function withPlainOutput(kind: ModelKind, rates: Rates): Rates {
  const own = kind === "image"
    ? rates.image_output
    : kind === "speech"
    ? rates.audio_output
    : undefined;
  return rates.output !== undefined || own === undefined ? rates : { ...rates, output: own };
}

function pricesOf(rates: Rates): CatalogueEntry["usdPerMillion"] {
  return Object.fromEntries(
    USAGE_CLASSES.flatMap((one) => rates[one] === undefined ? [] : [[one, usd(rates[one])]]),
  );
}

function displayName(id: string, told: readonly SourceModel[]): string {
  const name = told.find((one) => one.name !== null && one.source !== "tokenlens")?.name ?? null;
  return name !== null && labelSchema.safeParse(name).success ? name : id;
}

function capabilitiesOf(
  kind: ModelKind,
  told: readonly SourceModel[],
  seesImages: boolean,
): string[] {
  const all = new Set([
    ...CAPABILITIES_BY_KIND[kind] ?? [],
    ...told.flatMap(({ capabilities }) => capabilities),
    ...seesImages ? ["vision"] : [],
  ]);
  return [...all].sort();
}
