/** Usage in disjoint classes as Google counts it: thoughts beside the candidates. @module */
import type { JsonObject } from "../../../shared/json.ts";
import type { Usage } from "../../../shared/usage/mod.ts";
import { inputTotal, outputTotal } from "../totals.ts";

/** The `usageMetadata` object; a side that nobody reported is absent. Null when neither was. */
export function generateUsage(usage: Usage | null): JsonObject | null {
  const prompt = inputTotal(usage);
  const output = outputTotal(usage);
  if (usage === null || prompt === null && output === null) return null;
  const thoughts = usage.reasoning ?? 0;
  return {
    ...(prompt === null ? {} : { promptTokenCount: prompt }),
    ...(usage.cached_input === undefined ? {} : { cachedContentTokenCount: usage.cached_input }),
    ...(output === null ? {} : { candidatesTokenCount: output - thoughts }),
    ...(thoughts === 0 ? {} : { thoughtsTokenCount: thoughts }),
    ...(prompt === null || output === null ? {} : { totalTokenCount: prompt + output }),
  };
}
