/** Checks of single fields. @module */
import type { z } from "zod";
import { identifierSchema, labelSchema } from "../../shared/ids/mod.ts";
import { formatDecimal, parseDecimal } from "../../shared/money/mod.ts";
import type { TextKey } from "../i18n/mod.ts";

/** A checked field: the value to send, or the text that says what is wrong. */
export type FieldCheck<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly problem: TextKey };

const BURMESE_ZERO = 0x1040;

/** Digits of Burmese as ASCII ones; grouping commas and blanks vanish. */
function plainNumber(given: string): string {
  return given.replace(/[\u1040-\u1049]/g, (digit) => String(digit.charCodeAt(0) - BURMESE_ZERO))
    .replace(/[,\s]/g, "").replace("−", "-");
}

/**
 * An amount in kyat, as its microkyat in decimal text. `positive` refuses zero and below. Burmese
 * digits and grouping commas are understood.
 */
export function signedKyat(
  given: string,
  options: { readonly positive: boolean },
): FieldCheck<string> {
  const scaled = decimal(given, 6);
  if (scaled === null) return { ok: false, problem: "amount_bad" };
  if (options.positive && scaled <= 0n) return { ok: false, problem: "amount_positive" };
  if (scaled === 0n) return { ok: false, problem: "amount_not_zero" };
  return { ok: true, value: scaled.toString() };
}

/** A short text. */
export function text(given: string): FieldCheck<string> {
  const parsed = labelSchema.safeParse(given.trim());
  return parsed.success ? { ok: true, value: parsed.data } : { ok: false, problem: "required" };
}

/** A decimal scaled by `10^decimals`; null when it is none. */
export function decimal(given: string, decimals: number): bigint | null {
  try {
    return parseDecimal(plainNumber(given), decimals);
  } catch {
    return null;
  }
}

/** Kyat for one dollar as the ledger wants it. */
export function kyatPerUsd(given: string): FieldCheck<string> {
  const scaled = decimal(given, 6);
  if (scaled === null || scaled <= 0n) return { ok: false, problem: "fx_bad" };
  return { ok: true, value: formatDecimal(scaled, 6) };
}

const MAX_MARKUP_PARTS = 10_000_000n;

/** A markup in per cent, as parts per million. */
export function markupParts(given: string): FieldCheck<number> {
  const parts = decimal(given, 4);
  if (parts === null || parts < 0n || parts > MAX_MARKUP_PARTS) {
    return { ok: false, problem: "markup_bad" };
  }
  return { ok: true, value: parseInt(parts.toString(), 10) };
}

/** Dollars, as picodollars; 0 is an amount. */
export function picoUsd(given: string): FieldCheck<string> {
  const scaled = decimal(given, 12);
  if (scaled === null || scaled < 0n) return { ok: false, problem: "amount_bad" };
  return { ok: true, value: scaled.toString() };
}

/** Dollars for a million units, as picodollars for one; null when left empty. */
export function picoUsdPerUnit(given: string): FieldCheck<string | null> {
  if (given.trim() === "") return { ok: true, value: null };
  const scaled = decimal(given, 6);
  if (scaled === null || scaled < 0n) return { ok: false, problem: "amount_bad" };
  return { ok: true, value: scaled.toString() };
}

/** An identifier. */
export function identifier(given: string): FieldCheck<string> {
  return identifierSchema.safeParse(given).success
    ? { ok: true, value: given }
    : { ok: false, problem: "identifier_bad" };
}

/** An identifier, or null when left empty. */
export function optionalIdentifier(given: string): FieldCheck<string | null> {
  return given === "" ? { ok: true, value: null } : identifier(given);
}

/** Items that stand on lines of their own, or between commas; each must be one of `schema`. */
export function names(given: string, schema: z.ZodType<string>): FieldCheck<string[]> {
  const items = given.split(/[,\s]+/).filter((item) => item !== "");
  return items.every((item) => schema.safeParse(item).success)
    ? { ok: true, value: items }
    : { ok: false, problem: "names_bad" };
}

/** A whole number above zero. */
export function count(given: string): FieldCheck<number> {
  const plain = plainNumber(given);
  if (!/^[1-9]\d{0,8}$/.test(plain)) return { ok: false, problem: "required" };
  return { ok: true, value: parseInt(plain, 10) };
}
