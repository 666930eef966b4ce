/** Reads models.dev's data, and the package tokenlens, which is an older copy of it. @module */
import {
  modalitiesOf,
  RateReading,
  type SourceModel,
  type SourceName,
  type SourceTier,
  tokensOf,
} from "./source_model.ts";
import type { UsageClass } from "../../../shared/usage/mod.ts";

/** A model of models.dev; numbers may be the text that they are written as. */
export interface ModelsDevEntry {
  readonly name?: string;
  readonly family?: string;
  readonly release_date?: string;
  readonly status?: string;
  readonly reasoning?: boolean;
  readonly tool_call?: boolean;
  readonly structured_output?: boolean;
  readonly cost?: Readonly<Record<string, unknown>>;
  readonly limit?: { readonly context?: unknown; readonly output?: unknown };
  readonly modalities?: { readonly input?: unknown; readonly output?: unknown };
}

const CLASSES: Readonly<Record<string, UsageClass>> = {
  input: "input",
  output: "output",
  cache_read: "cached_input",
  cache_write: "cache_write_5m",
  reasoning: "reasoning",
  input_audio: "audio_input",
  output_audio: "audio_output",
};
const PER_MILLION = 1_000_000n;

/** The model that an entry tells of; all prices are for a million tokens. */
export function readModelsDev(
  source: Extract<SourceName, "models.dev" | "tokenlens">,
  id: string,
  entry: ModelsDevEntry,
): SourceModel {
  const cost = entry.cost ?? {};
  const reading = new RateReading();
  noteRates(reading, cost);
  for (const name of ["image", "citation", "request"]) {
    const text = textOf(cost[name]);
    if (text !== null) reading.leave(name, text);
  }
  const input = modalitiesOf(entry.modalities?.input);
  return {
    source,
    id,
    name: entry.name ?? null,
    kind: null,
    rates: reading.rates,
    tiers: tiersOf(cost.tiers, reading),
    unrepresented: reading.unrepresented,
    contextWindowTokens: tokensOf(entry.limit?.context),
    maxOutputTokens: tokensOf(entry.limit?.output),
    inputModalities: input,
    outputModalities: modalitiesOf(entry.modalities?.output),
    capabilities: [
      ...entry.tool_call ? ["tools"] : [],
      ...entry.reasoning ? ["reasoning"] : [],
      ...entry.structured_output ? ["json_schema"] : [],
      ...input.includes("image") ? ["vision"] : [],
      ...cost.cache_read === undefined ? [] : ["caching"],
    ],
    deprecatedOn: null,
    deprecated: entry.status === "deprecated",
    family: entry.family ?? null,
    releasedOn: /^\d{4}-\d{2}-\d{2}$/.test(entry.release_date ?? "")
      ? entry.release_date ?? null
      : null,
  };
}

function textOf(value: unknown): string | null {
  return typeof value === "string" || typeof value === "number" ? String(value) : null;
}

function noteRates(reading: RateReading, cost: Readonly<Record<string, unknown>>): void {
  for (const [name, usageClass] of Object.entries(CLASSES)) {
    const text = textOf(cost[name]);
    if (text !== null) reading.note(usageClass, name, text, PER_MILLION);
  }
}

function tiersOf(tiers: unknown, base: RateReading): SourceTier[] {
  const found: SourceTier[] = [];
  for (const one of Array.isArray(tiers) ? tiers : []) {
    const start = tokensOf(one.tier?.size);
    if (start === null) continue;
    const reading = new RateReading();
    noteRates(reading, one);
    base.unrepresented.push(...reading.unrepresented);
    found.push({ aboveInputTokens: start, rates: { ...base.rates, ...reading.rates } });
  }
  return found.sort((a, b) => a.aboveInputTokens - b.aboveInputTokens);
}
