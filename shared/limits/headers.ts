/** How a client is told of its limits. @module */
import type { LimitName, RateLimit } from "./limits.ts";

const KIND: Readonly<Record<LimitName, "requests" | "tokens" | null>> = {
  requestsPerMinute: "requests",
  requestsPerDay: "requests",
  tokensPerMinute: "tokens",
  tokensPerMonth: "tokens",
  concurrentRequests: null,
};

/**
 * `x-ratelimit-{limit,remaining,reset}-{requests,tokens}` as OpenAI's API words them; of several
 * limits of one kind the one with the least left, and of equals the one that lasts longest. A reset
 * is a duration such as `1.5s`, never below `0s`. Nothing is said of a kind without a limit.
 */
export function rateLimitHeaders(
  rateLimits: readonly RateLimit[],
  nowMs: number,
): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const kind of ["requests", "tokens"] as const) {
    const tightest = rateLimits.filter(({ name }) => KIND[name] === kind).reduce(tighter, null);
    if (tightest === null) continue;
    headers[`x-ratelimit-limit-${kind}`] = tightest.limit.toString();
    headers[`x-ratelimit-remaining-${kind}`] = tightest.remaining.toString();
    if (tightest.resetAtMs === null) continue;
    const leftMs = Math.max(0, tightest.resetAtMs - nowMs);
    headers[`x-ratelimit-reset-${kind}`] = `${leftMs / 1_000}s`;
  }
  return headers;
}

function tighter(one: RateLimit | null, other: RateLimit): RateLimit {
  if (one === null || other.remaining < one.remaining) return other;
  if (other.remaining > one.remaining) return one;
  return (other.resetAtMs ?? 0) > (one.resetAtMs ?? 0) ? other : one;
}
