/** Usage in disjoint classes as responses count it: parts inside of their wholes. @module */
import type { JsonObject } from "../../../shared/json.ts";
import type { Usage } from "../../../shared/usage/mod.ts";
import { inputTotal, outputTotal } from "../totals.ts";

/** The `usage` object; a side that nobody reported is absent. Null when neither was. */
export function responsesUsage(usage: Usage | null): JsonObject | null {
  const input = inputTotal(usage);
  const output = outputTotal(usage);
  if (usage === null || input === null && output === null) return null;
  return {
    ...(input === null ? {} : {
      input_tokens: input,
      input_tokens_details: { cached_tokens: usage.cached_input ?? 0 },
    }),
    ...(output === null ? {} : {
      output_tokens: output,
      output_tokens_details: { reasoning_tokens: usage.reasoning ?? 0 },
    }),
    ...(input === null || output === null ? {} : { total_tokens: input + output }),
  };
}
