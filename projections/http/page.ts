/** Keyset pages: bounded, and stable while rows are added. @module */
import { z } from "zod";

/** The rows of one page and where the next begins; null on the last page. */
export interface Page<Row> {
  readonly items: readonly Row[];
  readonly nextCursor: string | null;
}

/** How many rows a page has: 1 to 200, 50 unless told. */
export const limitSchema = z.string().regex(/^([1-9]\d?|1\d\d|200)$/, "expected 1 to 200")
  .transform((text) => parseInt(text, 10)).default(50);

/** A cursor of an earlier answer whose members are `parts`. */
export function cursorSchema<const Parts extends readonly [z.ZodType, ...z.ZodType[]]>(
  parts: Parts,
) {
  const tuple = z.tuple(parts as unknown as [...Parts]);
  return z.string().max(2_000).transform((text, context): z.output<typeof tuple> => {
    const parsed = tuple.safeParse(decode(text));
    if (parsed.success) return parsed.data;
    context.addIssue({ code: "custom", message: "expected the nextCursor of an earlier answer" });
    return z.NEVER;
  }).optional();
}

/** The query of a list: `limit` and a cursor of these parts. */
export function listQuery<const Parts extends readonly [z.ZodType, ...z.ZodType[]]>(parts: Parts) {
  return { limit: limitSchema, cursor: cursorSchema(parts) };
}

/**
 * A page from the rows of a query that asked for `limit` + 1: the row too many proves that there is
 * another page, which begins after the last row that is shown.
 */
export function pageOf<Row, Shown>(
  rows: readonly Row[],
  limit: number,
  cursorOf: (last: Row) => readonly (string | number)[],
  show: (row: Row) => Shown,
): Page<Shown> {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return {
    items: shown.map(show),
    nextCursor: rows.length > limit && last !== undefined ? encodeCursor(cursorOf(last)) : null,
  };
}

/** The cursor of these parts, which {@link cursorSchema} reads again. */
export function encodeCursor(parts: readonly (string | number)[]): string {
  const bytes = new TextEncoder().encode(JSON.stringify(parts));
  return btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_")
    .replace(/=+$/, "");
}

function decode(text: string): unknown {
  try {
    const binary = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
    return JSON.parse(
      new TextDecoder("utf-8", { fatal: true }).decode(
        Uint8Array.from(binary, (character) => character.charCodeAt(0)),
      ),
    );
  } catch {
    return null;
  }
}
