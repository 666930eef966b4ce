/** Google takes each member in camelCase and in snake_case; this makes them one. @module */
import type { JsonObject, JsonValue } from "../../../shared/json.ts";
import { objectOf } from "../json.ts";

/** Members whose insides belong to the client: names in them are its own. */
const OPAQUE = new Set([
  "args",
  "response",
  "parameters",
  "parametersJsonSchema",
  "responseSchema",
  "responseJsonSchema",
  "labels",
]);

/** The same object with camelCase members; what is null is left out, as protocol buffers have it. */
export function camelCased(value: JsonObject): JsonObject {
  const members: Record<string, JsonValue> = {};
  for (const [name, member] of Object.entries(value)) {
    if (member === undefined || member === null) continue;
    const camel = name.replaceAll(/_([a-z0-9])/g, (_all, letter: string) => letter.toUpperCase());
    members[camel] = OPAQUE.has(camel) ? member : inside(member);
  }
  return members;
}

function inside(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(inside);
  const object = objectOf(value);
  return object === null ? value : camelCased(object);
}
