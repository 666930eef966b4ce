/** From Cohere's counts to disjoint classes. @module */
import type { Usage } from "../../../shared/usage/mod.ts";
import { besides, countAt, memberAt, splitWhole, usageOrNull } from "../counts.ts";

/**
 * Translates a `usage` or `meta` object. `tokens` is what the model read and wrote; `billed_units`
 * leaves out what Cohere adds, and stands in where `tokens` is missing. Cached tokens are a part of
 * the input; reasoning is billed as any output and is not taken out. Null when nothing is reported.
 */
export function usageOf(report: unknown): Usage | null {
  const tokens = (side: string) =>
    countAt(report, "tokens", side) ?? countAt(report, "billed_units", side);
  const input = tokens("input_tokens");
  const output = tokens("output_tokens");
  return usageOrNull({
    ...(input === null
      ? {}
      : splitWhole(input, "input", [["cached_input", countAt(report, "cached_tokens")]])),
    ...(output === null ? {} : { output }),
    ...besides([["searches", countAt(report, "billed_units", "search_units")]]),
  });
}

/** The report in an answer: `usage` in the second version, `meta` in the first. */
export function reportIn(answer: unknown): unknown {
  return memberAt(answer, "usage") ?? memberAt(answer, "meta");
}
