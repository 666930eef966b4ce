/** Which class lends its rate to a class that has none. @module */
import type { UsageClass } from "./mod.ts";

/**
 * Where a class without a rate of its own takes it from; null: from nowhere. A call whose provider
 * reports a class that nobody priced has cost money all the same, so tokens fall back to the plain
 * rate of their side. Units that are not tokens have no neighbour and are recorded, not charged.
 */
export const RATE_FALLBACKS: Readonly<Record<UsageClass, UsageClass | null>> = {
  input: null,
  cached_input: "input",
  cache_write_5m: "input",
  cache_write_1h: "cache_write_5m",
  output: null,
  reasoning: "output",
  audio_input: "input",
  audio_output: "output",
  image_input: "input",
  image_output: "output",
  characters: null,
  seconds: null,
  images: null,
  requests: null,
  searches: null,
};
