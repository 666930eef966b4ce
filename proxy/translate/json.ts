/** Members of JSON that may be anything. @module */
import type { JsonObject, JsonValue } from "../../shared/json.ts";

/** The object, or null for anything else. */
export function objectOf(value: unknown): JsonObject | null {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? value as JsonObject
    : null;
}

/** The objects in a list; nothing for anything else. */
export function objectsOf(value: unknown): JsonObject[] {
  return Array.isArray(value) ? value.filter((each) => objectOf(each) !== null) : [];
}

/** The text, or null for anything else; an empty one is null as well. */
export function textOf(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}

/** The object in a JSON text; null when there is none. */
export function parsedObject(text: string): JsonObject | null {
  try {
    return objectOf(JSON.parse(text));
  } catch {
    return null;
  }
}

/** Without the members that are undefined or null. */
export function present(members: Record<string, JsonValue | undefined>): JsonObject {
  return Object.fromEntries(
    Object.entries(members).filter(([, value]) => value !== undefined && value !== null),
  );
}
