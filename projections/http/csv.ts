/** Lists as comma-separated values, for spreadsheets; see RFC 4180. @module */
import { z } from "zod";

/** What a spreadsheet would take for a formula when a text begins with it. */
const FORMULA = /^[=+\-@\t\r]/;
const BYTE_ORDER_MARK = "\ufeff";
const LINE_END = "\r\n";

/** The columns of a list's rows, from the schema of its answer; null when it is not a list. */
export function columnsOf(answer: z.ZodType): readonly string[] | null {
  const items = answer instanceof z.ZodObject ? answer.shape.items : undefined;
  const element = items instanceof z.ZodArray ? items.element : undefined;
  return element instanceof z.ZodObject ? Object.keys(element.shape) : null;
}

/** The first line, after the byte order mark that tells spreadsheets that this is UTF-8. */
export function csvHeader(columns: readonly string[]): string {
  return `${BYTE_ORDER_MARK}${columns.map(cell).join(",")}${LINE_END}`;
}

/** One line. Amounts stay digits, null is empty, and what has members of its own becomes JSON. */
export function csvLine(
  columns: readonly string[],
  row: Readonly<Record<string, unknown>>,
): string {
  return columns.map((column) => cell(row[column])).join(",") + LINE_END;
}

function cell(value: unknown): string {
  if (value === null || value === undefined) return "";
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  return quoted(typeof value === "string" ? harmless(value) : JSON.stringify(value));
}

/** A text that a spreadsheet will not run; whole numbers are let be. */
function harmless(text: string): string {
  return FORMULA.test(text) && !/^-?\d+$/.test(text) ? `'${text}` : text;
}

function quoted(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
