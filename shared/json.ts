/** JSON values and a size-safe way to turn domain values with bigint amounts into them. @module */

/** Any value that JSON can carry; amounts are decimal strings, never numbers. */
export type JsonValue =
  | string
  | number
  | boolean
  | null
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue | undefined };

/** A JSON object. */
export type JsonObject = { readonly [key: string]: JsonValue | undefined };

/**
 * Serialises a domain value; each bigint becomes its decimal string and `undefined` members vanish.
 * Throws TypeError on a cycle.
 */
export function stringifyWithBigint(value: unknown): string {
  return JSON.stringify(
    value,
    (_key, member) => typeof member === "bigint" ? member.toString() : member,
  );
}

/** The JSON value of a domain value: what a peer sees after {@link stringifyWithBigint}. */
export function toJsonValue(value: unknown): JsonValue {
  return JSON.parse(stringifyWithBigint(value));
}
