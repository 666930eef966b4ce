/** From the counts of an interaction to disjoint classes. @module */
import type { Usage } from "../../../shared/usage/mod.ts";
import { besides, countAt, memberAt, splitWhole, usageOrNull } from "../counts.ts";

/**
 * Translates `usage`. What was cached and heard is a part of the input; what tools read stands beside
 * it, and thoughts beside the output. Pictures cost what text costs, so that they are not taken out.
 */
export function usageOf(report: unknown): Usage | null {
  const input = countAt(report, "total_input_tokens");
  const output = countAt(report, "total_output_tokens");
  const thoughts = countAt(report, "total_thought_tokens");
  return usageOrNull({
    ...(input === null ? {} : inputOf(report, input)),
    ...(output === null && thoughts === null ? {} : {
      ...splitWhole(output ?? 0, "output", [[
        "audio_output",
        soundIn(report, "output_tokens_by_modality"),
      ]]),
      ...besides([["reasoning", thoughts]]),
    }),
  });
}

function inputOf(report: unknown, input: number): Usage {
  const split = splitWhole(input, "input", [
    ["cached_input", countAt(report, "total_cached_tokens")],
    ["audio_input", soundIn(report, "input_tokens_by_modality")],
  ]);
  return { ...split, input: (split.input ?? 0) + (countAt(report, "total_tool_use_tokens") ?? 0) };
}

function soundIn(report: unknown, name: string): number {
  const details = memberAt(report, name);
  if (!Array.isArray(details)) return 0;
  return details
    .filter((each) => `${memberAt(each, "modality")}`.toLowerCase() === "audio")
    .reduce((sum: number, each) => sum + (countAt(each, "tokens") ?? 0), 0);
}
