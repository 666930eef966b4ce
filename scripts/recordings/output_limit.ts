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
];

/** Ollama's own API knows no other, and ignores the others' names. */
const OLLAMA_LIMITS = ["num_predict"];

/** Whether one of the members that limit output stands in a request of an API, or in a part of it. */
export function hasOutputLimit(api: string, json: JsonValue | undefined): boolean {
  const names = api.startsWith("ollama.") ? OLLAMA_LIMITS : OUTPUT_LIMITS;
  return hasMember(names, json) ||
    membersOf(json).some(([, part]) => hasMember(names, part));
}

function hasMember(names: readonly string[], json: JsonValue | undefined): boolean {
  return membersOf(json).some(([name, value]) => names.includes(name) && typeof value === "number");
}

function membersOf(json: JsonValue | undefined): [string, JsonValue | undefined][] {
  return typeof json === "object" && json !== null && !Array.isArray(json)
    ? Object.entries(json)
    : [];
}
