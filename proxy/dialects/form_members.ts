/** The parts of a form. @module */
import type { JsonObject } from "../../shared/json.ts";
import type { Bytes } from "./dialect.ts";

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

/**
 * The content of the only file in a form, of so many bytes, without a copy; null when it is not clear
 * beyond doubt where it stands, as when a field's text looks like the head of a file.
 */
export function onlyFileIn(body: Bytes, size: number): Bytes | null {
  const head = indexOf(body, "filename=", 0);
  if (head === -1 || indexOf(body, "filename=", head + 1) !== -1) return null;
  const from = indexOf(body, "\r\n\r\n", head) + 4;
  const to = from + size;
  return from < 4 || indexOf(body.subarray(to, to + 4), "\r\n--", 0) !== 0
    ? null
    : body.subarray(from, to);
}

function indexOf(bytes: Bytes, text: string, from: number): number {
  const first = text.charCodeAt(0);
  for (let at = bytes.indexOf(first, from); at !== -1; at = bytes.indexOf(first, at + 1)) {
    let matched = 1;
    while (matched < text.length && bytes[at + matched] === text.charCodeAt(matched)) matched += 1;
    if (matched === text.length) return at;
  }
  return -1;
}
