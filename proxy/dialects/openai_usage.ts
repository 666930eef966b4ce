/** From the counts of OpenAI's APIs, and of all that resemble them, to disjoint classes. @module */
import type { JsonValue } from "../../shared/json.ts";
import type { Usage, UsageClass } from "../../shared/usage/mod.ts";
import { countAt, laterReport, memberAt, splitWhole, usageOrNull } from "./counts.ts";
import { reportedCostNanoUsd } from "./reported_cost.ts";

const INPUT_DETAILS = [
  "prompt_tokens_details",
  "input_tokens_details",
  "input_token_details",
  "prompt_token_details",
] as const;
const OUTPUT_DETAILS = [
  "completion_tokens_details",
  "output_tokens_details",
  "output_token_details",
] as const;

type Part = readonly [UsageClass, number];

/**
 * Translates a `usage` object. Cached, cache-writing, audio and image tokens are parts of the input's
 * whole count, reasoning, audio and image tokens parts of the output's, and each part is taken out of
 * its whole; a part larger than what is left of its whole is cut to it, for the whole is what is
 * billed. Where `total_tokens` exceeds both wholes by exactly some of the parts, these stand beside
 * their wholes (xAI's reasoning, Mistral's sound). What else a total has beyond both wholes is sound,
 * if seconds of it are reported, or the thoughts that Gemini counts nowhere else.
 *
 * A side without its whole count is absent: it is unknown, which is not zero. Null when nothing is
 * reported at all.
 */
export function openaiUsage(report: unknown): Usage | null {
  const prompt = countAt(report, "prompt_tokens") ?? countAt(report, "input_tokens");
  const completion = countAt(report, "completion_tokens") ?? countAt(report, "output_tokens");
  const units = unitsOf(report);
  if (prompt === null && completion === null) return usageOrNull(units);
  const inside = { input: inputParts(report), output: outputParts(report) };
  const beyond = prompt === null || completion === null
    ? 0
    : (countAt(report, "total_tokens") ?? 0) - prompt - completion;
  const beside = partsThatMake(beyond, [...inside.input, ...inside.output]);
  const within = (parts: readonly Part[]) => parts.filter((part) => !beside.includes(part));
  const unnamed = beyond > 0 && beside.length === 0
    ? unnamedPart(beyond, units, inside.output)
    : [];
  const split = {
    ...(prompt === null ? {} : splitWhole(prompt, "input", within(inside.input))),
    ...(completion === null ? {} : splitWhole(completion, "output", within(inside.output))),
  };
  return { ...withParts(split, [...beside, ...unnamed]), ...units };
}

function withParts(usage: Usage, parts: readonly Part[]): Usage {
  const sum: Partial<Record<UsageClass, number>> = { ...usage };
  for (const [usageClass, units] of parts) sum[usageClass] = (sum[usageClass] ?? 0) + units;
  return sum;
}

/** The same for whole seconds of sound, where a report counts in nothing else. */
function unitsOf(report: unknown): Usage {
  const seconds = secondsAt(report, "seconds") ?? secondsAt(report, "prompt_audio_seconds");
  const searches = searchesOf(report);
  return {
    ...(seconds === null ? {} : { seconds }),
    ...(searches === null ? {} : { searches }),
  };
}

function secondsAt(report: unknown, name: string): number | null {
  const seconds = memberAt(report, name);
  return typeof seconds === "number" && seconds >= 0 && seconds < 1e9 ? Math.ceil(seconds) : null;
}

/** Searches: xAI's sources, or calls of its tools; Perplexity's queries; a gateway's to Anthropic. */
function searchesOf(report: unknown): number | null {
  const searches = countAt(report, "num_sources_used") ??
    countAt(report, "num_search_queries") ??
    countAt(report, "server_tool_use", "web_search_requests");
  if (searches !== null) return searches;
  const tools = memberAt(report, "server_side_tool_usage_details");
  const byTools = ["web_search_calls", "x_search_calls", "document_search_calls"]
    .flatMap((name) => countAt(tools, name) ?? []);
  return byTools.length === 0 ? null : byTools.reduce((sum, each) => sum + each, 0);
}

function inputParts(report: unknown): Part[] {
  const at = (...path: readonly string[]) => firstOf(report, INPUT_DETAILS, path);
  const cached = Math.max(
    at("cached_tokens"),
    // DeepSeek, Mistral, Moonshot, and gateways to Anthropic, each outside of the details.
    ...["prompt_cache_hit_tokens", "num_cached_tokens", "cached_tokens", "cache_read_input_tokens"]
      .map((name) => countAt(report, name) ?? 0),
  );
  const longWrites = countAt(report, "cache_creation", "ephemeral_1h_input_tokens") ?? 0;
  const writes = Math.max(
    at("cache_write_tokens"),
    at("cache_creation_tokens"),
    countAt(report, "cache_creation_input_tokens") ?? 0,
    longWrites + (countAt(report, "cache_creation", "ephemeral_5m_input_tokens") ?? 0),
  );
  return positive([
    ["cached_input", cached],
    ["cache_write_1h", longWrites],
    ["cache_write_5m", writes - longWrites],
    // Sound that was cached is counted among what was cached.
    ["audio_input", at("audio_tokens") - at("cached_tokens_details", "audio_tokens")],
    ["image_input", at("image_tokens") - at("cached_tokens_details", "image_tokens")],
  ]);
}

function outputParts(report: unknown): Part[] {
  const at = (name: string) => firstOf(report, OUTPUT_DETAILS, [name]);
  return positive([
    ["reasoning", Math.max(at("reasoning_tokens"), countAt(report, "reasoning_tokens") ?? 0)],
    ["audio_output", at("audio_tokens")],
    ["image_output", at("image_tokens")],
  ]);
}

function firstOf(
  report: unknown,
  details: readonly string[],
  path: readonly string[],
): number {
  for (const name of details) {
    const units = countAt(report, name, ...path);
    if (units !== null) return units;
  }
  return 0;
}

const positive = (parts: readonly Part[]): Part[] => parts.filter(([, units]) => units > 0);

/** The fewest of the parts that make exactly this number; none when none do, or for none. */
function partsThatMake(units: number, parts: readonly Part[]): readonly Part[] {
  if (units <= 0) return [];
  let fewest: readonly Part[] = [];
  for (let chosen = 1; chosen < 2 ** parts.length; chosen++) {
    const some = parts.filter((_part, index) => (chosen >> index) % 2 === 1);
    const sum = some.reduce((all, [, each]) => all + each, 0);
    if (sum === units && (fewest.length === 0 || some.length < fewest.length)) fewest = some;
  }
  return fewest;
}

/** What tokens are that only the total counts; nothing when they cannot be told. */
function unnamedPart(units: number, { seconds }: Usage, output: readonly Part[]): readonly Part[] {
  if (seconds !== undefined && seconds > 0) return [["audio_input", units]];
  return output.some(([usageClass]) => usageClass === "reasoning") ? [] : [["reasoning", units]];
}

/** What is known after one more report of a stream. Reports are cumulative. */
export const mergeUsage = laterReport;

/** A report that was found, with what it says; all null when there is none. */
export interface FoundReport {
  readonly usage: Usage | null;
  readonly raw: JsonValue;
  readonly costNanoUsd: number | null;
}

/**
 * The report of an answer or of an event, wherever a server puts it: as `usage`, in `x_groq`, or
 * inside of a choice.
 */
export function reportIn(event: unknown): FoundReport {
  const choices = memberAt(event, "choices");
  const places = [
    memberAt(event, "usage"),
    memberAt(event, "x_groq", "usage"),
    ...(Array.isArray(choices) ? choices.map((choice) => memberAt(choice, "usage")) : []),
  ];
  let cost: FoundReport = { usage: null, raw: null, costNanoUsd: null };
  for (const report of places) {
    if (report === undefined || report === null) continue;
    const found = {
      usage: openaiUsage(report),
      raw: report as JsonValue,
      costNanoUsd: reportedCostNanoUsd(report),
    };
    if (found.usage !== null) return found;
    if (found.costNanoUsd !== null) cost = found;
  }
  return cost;
}
