/** Reading canonical JSON: whatever is not written in the one way is refused. @module */

/** What JSON can hold. */
export type Json = null | boolean | number | string | readonly Json[] | JsonMembers;

/** An object of JSON. */
export interface JsonMembers {
  readonly [name: string]: Json;
}

/** Objects and lists may lie this deep in one another. */
const DEEPEST = 32;

/** A text that is not canonical JSON; the message says where it departs from it. */
export class NotCanonicalError extends Error {
  override readonly name = "NotCanonicalError";
}

/**
 * The value of a text in canonical JSON (RFC 8785, restricted as in docs/ledger-format.md). Throws
 * NotCanonicalError for everything else.
 */
export function readCanonical(text: string): Json {
  let value: Json;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new NotCanonicalError(`it is not JSON (${error instanceof Error ? error.message : ""})`);
  }
  const plain = isPlain(value, DEEPEST);
  // JSON.stringify writes what RFC 8785 does when the members are in order. Escapes by code point
  // may stand for what must not occur, so they take the slow way.
  if (plain && !text.includes("\\u") && JSON.stringify(value) === text) return value;
  const canonical = write(value, DEEPEST);
  if (canonical === text) return value;
  let at = 0;
  while (at < text.length && text[at] === canonical[at]) at++;
  throw new NotCanonicalError(
    `it is not canonical JSON from character ${at + 1} on: ${excerpt(text, at)} should be ` +
      excerpt(canonical, at),
  );
}

/** Whether all members are in order and all numbers exact; throws when a value lies too deep. */
function isPlain(value: Json, depth: number): boolean {
  if (typeof value === "number") return Number.isSafeInteger(value);
  if (typeof value !== "object" || value === null) return true;
  if (depth === 0) throw new NotCanonicalError(`it is nested deeper than ${DEEPEST} levels`);
  if (Array.isArray(value)) {
    for (const element of value) if (!isPlain(element, depth - 1)) return false;
    return true;
  }
  const members = value as JsonMembers;
  let before = "";
  for (const name in members) {
    if (name < before) return false;
    before = name;
    if (!isPlain(members[name]!, depth - 1)) return false;
  }
  return true;
}

/** The canonical text of a value. Throws NotCanonicalError when it has none. */
export function canonicalText(value: Json): string {
  return write(value, DEEPEST);
}

function write(value: Json, depth: number): string {
  if (typeof value === "string") return writeText(value);
  if (typeof value === "number") return writeInteger(value);
  if (typeof value !== "object" || value === null) return String(value);
  if (depth === 0) throw new NotCanonicalError(`it is nested deeper than ${DEEPEST} levels`);
  if (Array.isArray(value)) {
    return `[${value.map((element: Json) => write(element, depth - 1)).join(",")}]`;
  }
  const members = value as JsonMembers;
  // Without a comparison function, sort() compares UTF-16 code units.
  const written = Object.keys(members).sort().map((name) =>
    `${writeText(name)}:${write(members[name]!, depth - 1)}`
  );
  return `{${written.join(",")}}`;
}

function writeInteger(value: number): string {
  if (!Number.isSafeInteger(value)) {
    throw new NotCanonicalError(`it holds the number ${value}, which is no exact integer`);
  }
  return value === 0 ? "0" : String(value);
}

function writeText(text: string): string {
  if (!text.isWellFormed() || text.includes("\u0000")) {
    throw new NotCanonicalError("it holds text with U+0000 or half a surrogate pair");
  }
  return JSON.stringify(text);
}

function excerpt(text: string, at: number): string {
  return JSON.stringify(text.slice(at, at + 24));
}
