/** zod schemas of identifiers and short texts. @module */
import { z } from "zod";

/** An identifier: 1 to 128 characters of letters, digits, `.`, `_`, `:`, `/`, `@` and `-`. */
export const identifierSchema = z.string().regex(
  /^[A-Za-z0-9@][A-Za-z0-9._:/@-]{0,127}$/,
  "expected 1 to 128 letters, digits or . _ : / @ -",
);

/** An account id: 1 to 64 lower-case letters, digits and `-` or `_`. */
export const accountIdSchema = z.string().regex(
  /^[a-z0-9][a-z0-9_-]{0,63}$/,
  "expected 1 to 64 lower-case letters, digits, - or _",
);

/** A request id: a UUIDv7 in lower-case hex. */
export const requestIdSchema = z.string().regex(
  /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
  "expected a UUID version 7",
);

/** Free text for people, 1 to 200 characters, well-formed Unicode without control characters. */
export const labelSchema = z.string().min(1).max(200).refine(
  // deno-lint-ignore no-control-regex
  (text) => text.isWellFormed() && !/[\u0000-\u001f\u007f]/.test(text),
  "expected text without control characters",
);
