/** Reads litellm's `model_prices_and_context_window.json`. @module */
import type { ModelKind } from "../../../shared/models/mod.ts";
import type { UsageClass } from "../../../shared/usage/mod.ts";
import {
  modalitiesOf,
  RateReading,
  type SourceModel,
  type SourceTier,
  tokensOf,
} from "./source_model.ts";

/** One entry of the file; its numbers are the text that they are written as. */
export type LitellmEntry = Readonly<Record<string, unknown>>;

const KINDS: Readonly<Record<string, ModelKind>> = {
  chat: "chat",
  responses: "chat",
  completion: "completion",
  embedding: "embedding",
  image_generation: "image",
  image_edit: "image",
  audio_speech: "speech",
  audio_transcription: "transcription",
  moderation: "moderation",
  rerank: "rerank",
  video_generation: "video",
  realtime: "realtime",
};

const TOKEN_CLASSES: Readonly<Record<string, UsageClass>> = {
  input_cost_per_token: "input",
  output_cost_per_token: "output",
  cache_read_input_token_cost: "cached_input",
  cache_creation_input_token_cost: "cache_write_5m",
  cache_creation_input_token_cost_above_1hr: "cache_write_1h",
  output_cost_per_reasoning_token: "reasoning",
  input_cost_per_audio_token: "audio_input",
  output_cost_per_audio_token: "audio_output",
  input_cost_per_image_token: "image_input",
  output_cost_per_image_token: "image_output",
};

/** Prices of other units, for the kinds of models that are sold by them. */
const UNIT_CLASSES: readonly (readonly [string, UsageClass, readonly ModelKind[]])[] = [
  ["input_cost_per_character", "characters", ["speech"]],
  ["input_cost_per_second", "seconds", ["transcription"]],
  ["output_cost_per_second", "seconds", ["video"]],
  ["output_cost_per_video_per_second", "seconds", ["video"]],
  ["output_cost_per_image", "images", ["image"]],
  ["input_cost_per_image", "images", ["image"]],
  ["input_cost_per_query", "searches", ["rerank"]],
  ["input_cost_per_request", "requests", ["chat", "completion", "embedding", "moderation"]],
];

const CAPABILITIES: Readonly<Record<string, string>> = {
  supports_function_calling: "tools",
  supports_parallel_function_calling: "parallel_tools",
  supports_reasoning: "reasoning",
  supports_response_schema: "json_schema",
  supports_vision: "vision",
  supports_prompt_caching: "caching",
  supports_web_search: "web_search",
  supports_computer_use: "computer_use",
};

/** Whether a member of an entry is one that {@link readLitellm} reads; batch prices are not. */
export function isLitellmFact(name: string): boolean {
  if (/_(batches|priority|flex)$/.test(name)) return false;
  return name in CAPABILITIES || name in TOKEN_CLASSES || /_above_\d+k_tokens$/.test(name) ||
    UNIT_CLASSES.some(([unit]) => unit === name) || OTHER_FACTS.includes(name);
}

const OTHER_FACTS = [
  "litellm_provider",
  "mode",
  "max_tokens",
  "max_input_tokens",
  "max_output_tokens",
  "deprecation_date",
  "supported_endpoints",
  "supported_modalities",
  "supported_output_modalities",
  "search_context_cost_per_query",
  "tiered_pricing",
  "cache_read_input_audio_token_cost",
  "ocr_cost_per_page",
  "output_cost_per_second_1080p",
];

/** The model that an entry tells of, under the name `id` that its provider's API takes. */
export function readLitellm(id: string, entry: LitellmEntry): SourceModel {
  const kind = KINDS[String(entry.mode)] ?? null;
  const reading = new RateReading();
  for (const [name, usageClass] of Object.entries(TOKEN_CLASSES)) {
    const text = textOf(entry[name]);
    if (text !== null) reading.note(usageClass, name, text, 1n);
  }
  readUnits(reading, entry, kind);
  readSearches(reading, entry.search_context_cost_per_query);
  for (const name of ["cache_read_input_audio_token_cost", "output_cost_per_second_1080p"]) {
    const text = textOf(entry[name]);
    if (text !== null) reading.leave(name, text);
  }
  const input = modalitiesOf(entry.supported_modalities);
  return {
    source: "litellm",
    id,
    name: null,
    kind,
    rates: reading.rates,
    tiers: tiersOf(entry, reading),
    unrepresented: reading.unrepresented,
    contextWindowTokens: tokensOf(entry.max_input_tokens) ?? tokensOf(entry.max_tokens),
    maxOutputTokens: tokensOf(entry.max_output_tokens),
    inputModalities: input,
    outputModalities: modalitiesOf(entry.supported_output_modalities),
    capabilities: capabilitiesOf(entry),
    deprecatedOn: /^\d{4}-\d{2}-\d{2}$/.test(String(entry.deprecation_date))
      ? String(entry.deprecation_date)
      : null,
    deprecated: false,
    family: null,
    releasedOn: null,
  };
}

function textOf(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}

/** Other units than tokens: only where tokens are not priced, because each is priced in one way. */
function readUnits(reading: RateReading, entry: LitellmEntry, kind: ModelKind | null): void {
  const { rates } = reading;
  const tokenPriced = [rates.input, rates.output, rates.audio_output, rates.image_output]
    .some((rate) => rate !== undefined && rate > 0n);
  for (const [name, usageClass, kinds] of UNIT_CLASSES) {
    const text = textOf(entry[name]);
    if (text === null || kind === null || !kinds.includes(kind)) continue;
    if (tokenPriced && usageClass !== "requests") continue;
    if (/[1-9]/.test(text)) reading.note(usageClass, name, text, 1n);
  }
}

/** A search costs one price, or else the dearest of those by the size of its context. */
function readSearches(reading: RateReading, costs: unknown): void {
  if (typeof costs !== "object" || costs === null) return;
  const texts = Object.values(costs).filter((one) => typeof one === "string");
  const dearest = texts.reduce((most, one) => Number(one) > Number(most) ? one : most, "0");
  if (/[1-9]/.test(dearest)) reading.note("searches", "search_context", dearest, 1n);
  if (texts.some((one) => Number(one) !== Number(dearest))) {
    reading.unrepresented.push("lower prices of searches with a smaller context");
  }
}

const TIER_NAME = /^(.+)_above_(\d+)k_tokens$/;

function tiersOf(entry: LitellmEntry, base: RateReading): SourceTier[] {
  const starts = new Map<number, RateReading>();
  for (const [name, value] of Object.entries(entry)) {
    const [, plain = "", thousands = ""] = TIER_NAME.exec(name) ?? [];
    const [usageClass, text] = [TOKEN_CLASSES[plain], textOf(value)];
    if (usageClass === undefined || text === null) continue;
    const start = parseInt(thousands, 10) * 1_000;
    const reading = starts.get(start) ?? new RateReading();
    reading.note(usageClass, name, text, 1n);
    starts.set(start, reading);
  }
  for (const range of Array.isArray(entry.tiered_pricing) ? entry.tiered_pricing : []) {
    const start = tokensOf(range.range?.[0]);
    const reading = start === null ? base : new RateReading();
    for (const [name, usageClass] of Object.entries(TOKEN_CLASSES)) {
      const text = textOf(range[name]);
      if (text !== null) reading.note(usageClass, name, text, 1n);
    }
    if (start !== null) starts.set(start, reading);
  }
  for (const { unrepresented } of starts.values()) base.unrepresented.push(...unrepresented);
  return [...starts].sort(([a], [b]) => a - b)
    .map(([aboveInputTokens, { rates }]) => ({
      aboveInputTokens,
      rates: { ...base.rates, ...rates },
    }));
}

function capabilitiesOf(entry: LitellmEntry): string[] {
  const found = Object.entries(CAPABILITIES).flatMap(([name, capability]) =>
    entry[name] === true ? [capability] : []
  );
  if (entry.mode === "responses") found.push("responses_only");
  return found;
}
