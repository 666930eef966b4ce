/** Usage in disjoint classes as OpenAI counts it: parts inside of their wholes. @module */
import type { JsonObject } from "../../../shared/json.ts";
import type { Usage } from "../../../shared/usage/mod.ts";
import { inputTotal, outputTotal } from "../totals.ts";

/** The `usage` object; a side that nobody reported is absent. Null when neither was. */
export function chatUsage(usage: Usage | null): JsonObject | null {
  const prompt = inputTotal(usage);
  const completion = outputTotal(usage);
  if (usage === null || prompt === null && completion === null) return null;
  const writes = (usage.cache_write_5m ?? 0) + (usage.cache_write_1h ?? 0);
  return {
    ...(prompt === null ? {} : { prompt_tokens: prompt }),
    ...(completion === null ? {} : { completion_tokens: completion }),
    ...(prompt === null || completion === null ? {} : { total_tokens: prompt + completion }),
    ...(prompt === null ? {} : {
      prompt_tokens_details: {
        cached_tokens: usage.cached_input ?? 0,
        ...(writes === 0 ? {} : { cache_write_tokens: writes }),
        ...(usage.audio_input === undefined ? {} : { audio_tokens: usage.audio_input }),
      },
    }),
    ...(completion === null ? {} : {
      completion_tokens_details: {
        reasoning_tokens: usage.reasoning ?? 0,
        ...(usage.audio_output === undefined ? {} : { audio_tokens: usage.audio_output }),
      },
    }),
  };
}
