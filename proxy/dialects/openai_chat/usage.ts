/** From OpenAI's inclusive token counts to disjoint classes. @module */
import type { Usage, UsageClass } from "../../../shared/usage/mod.ts";

const MOST = 1_000_000_000_000;

/**
 * Translates a `usage` object. Cached, audio and cache-writing tokens are parts of `prompt_tokens`,
 * audio and reasoning tokens parts of `completion_tokens`, and each part is taken out of its whole.
 * Where `total_tokens` shows that reasoning stands beside `completion_tokens` (xAI), it is not taken
 * out. A part larger than what is left of its whole is cut to it: the whole is what is billed.
 * A side without its whole count is absent: it is unknown, which is not zero. Null when it is no
 * report: not an object, or without any whole count.
 */
export function usageOf(report: unknown): Usage | null {
  if (typeof report !== "object" || report === null) return null;
  const prompt = count(report, "prompt_tokens");
  const completion = count(report, "completion_tokens");
  if (prompt === null && completion === null) return null;
  return {
    ...(prompt === null ? {} : inputOf(report, prompt)),
    ...(completion === null ? {} : outputOf(report, prompt, completion)),
  };
}

const INPUT = ["input", "cached_input", "cache_write_5m", "audio_input"] as const;
const OUTPUT = ["output", "reasoning", "audio_output"] as const;

/**
 * What is known after one more report of a stream. Reports are cumulative: a side that the newer one
 * knows replaces that side as a whole, so that its classes stay disjoint. A side that it does not
 * know, or that it takes back to nothing, stays as it was.
 */
export function mergeUsage(before: Usage | null, newer: Usage | null): Usage | null {
  if (before === null || newer === null) return newer ?? before;
  return { ...newerSide(before, newer, INPUT), ...newerSide(before, newer, OUTPUT) };
}

function newerSide(before: Usage, newer: Usage, side: readonly UsageClass[]): Usage {
  const units = (usage: Usage) => side.reduce((sum, each) => sum + (usage[each] ?? 0), 0);
  const said = side.some((each) => newer[each] !== undefined);
  const from = said && (units(newer) > 0 || units(before) === 0) ? newer : before;
  const known = side.flatMap((each) => from[each] === undefined ? [] : [[each, from[each]]]);
  return Object.fromEntries(known);
}

// The whole class of a side is always said, so that a reported zero is not taken for silence.

function inputOf(report: object, prompt: number): Usage {
  const parts = member(report, "prompt_tokens_details");
  return split(prompt, "input", [
    [
      "cached_input",
      // DeepSeek and Mistral name their cache hits outside the details.
      count(parts, "cached_tokens") ?? count(report, "prompt_cache_hit_tokens") ??
        count(report, "num_cached_tokens") ?? 0,
    ],
    ["cache_write_5m", count(parts, "cache_write_tokens") ?? 0],
    ["audio_input", count(parts, "audio_tokens") ?? 0],
  ]);
}

function outputOf(report: object, prompt: number | null, completion: number): Usage {
  const parts = member(report, "completion_tokens_details");
  const reasoning = count(parts, "reasoning_tokens") ?? 0;
  const audio = ["audio_output", count(parts, "audio_tokens") ?? 0] as const;
  const beside = reasoning > 0 &&
    count(report, "total_tokens") === (prompt ?? 0) + completion + reasoning;
  return beside
    ? { ...split(completion, "output", [audio]), reasoning }
    : split(completion, "output", [["reasoning", reasoning], audio]);
}

/** Takes each part out of the whole, as far as the whole goes; what is left is the `rest` class. */
function split(
  whole: number,
  rest: UsageClass,
  parts: readonly (readonly [UsageClass, number])[],
): Usage {
  const usage: Partial<Record<UsageClass, number>> = {};
  let left = whole;
  for (const [usageClass, units] of parts) {
    const part = Math.min(left, units);
    if (part > 0) usage[usageClass] = part;
    left -= part;
  }
  return { ...usage, [rest]: left };
}

function member(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null
    ? (value as Record<string, unknown>)[name]
    : undefined;
}

/** A count of tokens, or null when there is none that can be believed. */
function count(value: unknown, name: string): number | null {
  const units = member(value, name);
  return typeof units === "number" && Number.isSafeInteger(units) && units >= 0 && units <= MOST
    ? units
    : null;
}
