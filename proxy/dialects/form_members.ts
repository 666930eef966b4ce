/** The parts of a form. @module */
import type { JsonObject } from "../../shared/json.ts";

/** The fields that are texts, by name; of those with one name the last. */
export function formMembers(form: FormData): JsonObject {
  const members: Record<string, string> = {};
  for (const [name, value] of form) if (typeof value === "string") members[name] = value;
  return members;
}

/** The files, in order. */
export function filesOf(form: FormData): readonly File[] {
  return [...form.values()].filter((value) => value instanceof File);
}
