/** How much of a JSON body a model reads. @module */
import type { JsonObject } from "../../shared/json.ts";

const encoder = new TextEncoder();

/**
 * Bytes in UTF-8 of what a model may read of a body: the strings in the members named `spoken`, and
 * all of every other member that is not known to be a `setting`, its syntax included. The names of
 * members inside of what is spoken are those of the API, which every provider replaces by marks.
 */
export function textBytes(
  body: JsonObject,
  spoken: ReadonlySet<string>,
  settings: ReadonlySet<string>,
): number {
  let bytes = 0;
  for (const [name, value] of Object.entries(body)) {
    if (spoken.has(name)) bytes += stringBytes(value);
    else if (!settings.has(name) && value !== undefined) {
      bytes += name.length + byteLength(JSON.stringify(value));
    }
  }
  return bytes;
}

function stringBytes(value: unknown): number {
  if (typeof value === "string") return byteLength(value);
  if (typeof value !== "object" || value === null) return 0;
  let bytes = 0;
  for (const each of Object.values(value)) bytes += stringBytes(each);
  return bytes;
}

function byteLength(text: string): number {
  return encoder.encode(text).length;
}

/** Settings that the APIs of OpenAI have in common; no model reads them. */
export const OPENAI_SETTINGS: readonly string[] = [
  "model",
  "stream",
  "stream_options",
  "temperature",
  "top_p",
  "top_k",
  "seed",
  "user",
  "safety_identifier",
  "prompt_cache_key",
  "prompt_cache_retention",
  "parallel_tool_calls",
  "service_tier",
  "metadata",
  "store",
  "logprobs",
  "top_logprobs",
];
