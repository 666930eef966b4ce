/** From Anthropic's token counts to disjoint classes. @module */
import type { JsonObject } from "../../../shared/json.ts";
import type { Usage } from "../../../shared/usage/mod.ts";
import { besides, countAt, memberAt, splitWhole, usageOrNull } from "../counts.ts";

/**
 * Translates a `usage` object. `input_tokens` excludes what was read from the cache and written to it;
 * what was written is split by lifetime where the report splits it, and is taken to live for five
 * minutes where it does not. Thinking is a part of `output_tokens`. A compaction of the context is
 * billed beside the counts of the message, as the reference says of `iterations`. Null when neither
 * side is reported.
 */
export function usageOf(report: unknown): Usage | null {
  const compacted = compactionsOf(report);
  return usageOrNull({
    ...inputOf(report, compacted),
    ...outputOf(report, compacted.output),
    ...besides([["searches", countAt(report, "server_tool_use", "web_search_requests")]]),
  });
}

function inputOf(report: unknown, compacted: Compactions): Usage {
  const input = countAt(report, "input_tokens");
  const cached = countAt(report, "cache_read_input_tokens");
  const written = countAt(report, "cache_creation_input_tokens");
  const hour = countAt(report, "cache_creation", "ephemeral_1h_input_tokens") ?? 0;
  const minutes = countAt(report, "cache_creation", "ephemeral_5m_input_tokens") ?? 0;
  if (input === null && cached === null && written === null) return {};
  return {
    input: (input ?? 0) + compacted.input,
    ...besides([
      ["cached_input", cached],
      // A later report may raise the whole without saying how it is split.
      ["cache_write_5m", Math.max(minutes, (written ?? 0) - hour)],
      ["cache_write_1h", hour],
    ]),
  };
}

function outputOf(report: unknown, compacted: number): Usage {
  const output = countAt(report, "output_tokens");
  if (output === null) return {};
  const thinking = countAt(report, "output_tokens_details", "thinking_tokens");
  return splitWhole(output + compacted, "output", [["reasoning", thinking]]);
}

interface Compactions {
  readonly input: number;
  readonly output: number;
}

function compactionsOf(report: unknown): Compactions {
  let input = 0;
  let output = 0;
  const iterations = memberAt(report, "iterations");
  for (const each of Array.isArray(iterations) ? iterations : []) {
    if (memberAt(each, "type") !== "compaction") continue;
    input += countAt(each, "input_tokens") ?? 0;
    output += countAt(each, "output_tokens") ?? 0;
  }
  return { input, output };
}

/**
 * The reports of a stream so far, as one. Each is cumulative and may leave out what an earlier one
 * said; a count that falls back to nothing is taken for left out.
 */
export function overlaid(before: unknown, newer: unknown): JsonObject {
  const merged: Record<string, JsonObject[string]> = { ...objectOf(before) };
  for (const [name, value] of Object.entries(objectOf(newer))) {
    const known = merged[name];
    const forgotten = value === null || value === 0 && typeof known === "number";
    if (known === undefined || !forgotten) merged[name] = value;
  }
  return merged;
}

function objectOf(value: unknown): JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? value as JsonObject
    : {};
}
