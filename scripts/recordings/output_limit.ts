/** Whether a request limits its output. @module */
import type { JsonValue } from "../../shared/json.ts";

const OUTPUT_LIMITS = [
  "max_tokens",
  "max_completion_tokens",
  "max_output_tokens",
  "max_tokens_to_sample",
  "maxTokens",
  "maxOutputTokens",
  "max_new_tokens",
  "max_gen_len",
  "maxTokenCount",
  "num_predict",
];

/** Whether one of the members that limit output stands in a request, or in a part of it. */
export function hasOutputLimit(json: JsonValue | undefined, depth = 0): boolean {
  if (typeof json !== "object" || json === null || Array.isArray(json)) return false;
  return Object.entries(json).some(([name, value]) =>
    (OUTPUT_LIMITS.includes(name) && typeof value === "number") ||
    (depth === 0 && hasOutputLimit(value, depth + 1))
  );
}
