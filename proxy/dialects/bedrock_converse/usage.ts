/** From the counts of Bedrock's converse to disjoint classes. @module */
import type { Usage } from "../../../shared/usage/mod.ts";
import { besides, countAt, memberAt, usageOrNull } from "../counts.ts";

/**
 * Translates a `usage` object: `inputTokens` excludes what was read from the cache and written to it,
 * and `cacheDetails` says how much was written for how long. Null when neither side is reported.
 */
export function usageOf(report: unknown): Usage | null {
  const input = countAt(report, "inputTokens");
  const output = countAt(report, "outputTokens");
  const written = countAt(report, "cacheWriteInputTokens") ??
    countAt(report, "cacheWriteInputTokenCount") ?? 0;
  const hour = Math.min(written, writtenFor(report, "1h"));
  return usageOrNull({
    ...(input === null ? {} : {
      input,
      ...besides([
        [
          "cached_input",
          countAt(report, "cacheReadInputTokens") ?? countAt(report, "cacheReadInputTokenCount"),
        ],
        ["cache_write_5m", written - hour],
        ["cache_write_1h", hour],
      ]),
    }),
    ...(output === null ? {} : { output }),
    ...besides([["searches", countAt(report, "serverToolUsage", "webSearchRequests")]]),
  });
}

function writtenFor(report: unknown, lifetime: string): number {
  const details = memberAt(report, "cacheDetails");
  if (!Array.isArray(details)) return 0;
  return details
    .filter((each) => memberAt(each, "ttl") === lifetime)
    .reduce((sum: number, each) => sum + (countAt(each, "inputTokens") ?? 0), 0);
}
