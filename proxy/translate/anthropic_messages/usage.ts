/** Usage in disjoint classes as Anthropic counts it: cached input beside the input. @module */
import type { JsonObject } from "../../../shared/json.ts";
import type { Usage } from "../../../shared/usage/mod.ts";
import { inputTotal, outputTotal } from "../totals.ts";

/** The `usage` object; a side that nobody reported is null, which is not zero. */
export function messagesUsage(usage: Usage | null): JsonObject {
  const input = inputTotal(usage);
  const shortLived = usage?.cache_write_5m ?? 0;
  const longLived = usage?.cache_write_1h ?? 0;
  const read = usage?.cached_input ?? 0;
  return {
    input_tokens: input === null ? null : input - read - shortLived - longLived,
    ...(input === null ? {} : {
      cache_creation_input_tokens: shortLived + longLived,
      cache_read_input_tokens: read,
    }),
    ...(shortLived + longLived === 0 ? {} : {
      cache_creation: {
        ephemeral_5m_input_tokens: shortLived,
        ephemeral_1h_input_tokens: longLived,
      },
    }),
    output_tokens: outputTotal(usage),
    ...(usage?.reasoning === undefined
      ? {}
      : { output_tokens_details: { thinking_tokens: usage.reasoning } }),
    ...(usage?.searches === undefined
      ? {}
      : { server_tool_use: { web_search_requests: usage.searches } }),
  };
}
