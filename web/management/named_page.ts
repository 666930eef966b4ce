/** Pages of lists that the ledger gives whole, such as its providers. @module */
import type { JsonObject, JsonValue } from "../../shared/json.ts";
import { refuse } from "./answer.ts";

/** What a page is asked by. */
export interface PageAsked {
  /** 1 to 200 in digits; 50 when absent. */
  readonly limit?: string | undefined;
  readonly cursor?: string | undefined;
}

const STANDARD_LIMIT = 50;

/**
 * A page in the order of names, which are unique; the cursor is the name that the page before ended
 * with. Throws FailureError for a cursor that is none.
 */
export function namedPage<Row>(
  rows: readonly Row[],
  nameOf: (row: Row) => string,
  { limit, cursor }: PageAsked,
): JsonObject {
  const after = cursor === undefined ? null : nameIn(cursor);
  const size = limit === undefined ? STANDARD_LIMIT : parseInt(limit, 10);
  const left = rows.filter((row) => after === null || nameOf(row) > after)
    .toSorted((one, other) => nameOf(one) < nameOf(other) ? -1 : 1);
  const items = left.slice(0, size);
  const last = items.at(-1);
  const nextCursor = left.length > size && last !== undefined ? cursorOf(nameOf(last)) : null;
  return { position: null, items: items as unknown as JsonValue, nextCursor };
}

function cursorOf(name: string): string {
  return new TextEncoder().encode(name).toBase64({ alphabet: "base64url", omitPadding: true });
}

function nameIn(cursor: string): string {
  try {
    const bytes = Uint8Array.fromBase64(cursor, { alphabet: "base64url" });
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw refuse("invalid_request", "cursor is not the nextCursor of an earlier answer", "cursor");
  }
}
