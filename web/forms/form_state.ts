/** A form between its showings. @module */
import type { FieldCheck } from "./fields.ts";
import type { TextKey } from "../i18n/mod.ts";

/** What a form shows: what was typed, and what is wrong with it. */
export interface FormState {
  readonly values: Readonly<Record<string, string>>;
  /** By field name. */
  readonly problems: Readonly<Record<string, TextKey>>;
  /** Why the ledger refused, in its own words; null when it did not. */
  readonly refusal: string | null;
  /** Names the operation, so that sending the form twice has one effect. */
  readonly operationId: string;
}

/** A form as it is first shown. */
export function emptyForm(operationId: string, values: Record<string, string> = {}): FormState {
  return { values, problems: {}, refusal: null, operationId };
}

/** The values of checked fields. */
export type Checked<Checks> = {
  [Name in keyof Checks]: Checks[Name] extends FieldCheck<infer Value> ? Value : never;
};

/** All values when every check passed, else the problems by field. */
export function checkFields<Checks extends Record<string, FieldCheck<unknown>>>(
  checks: Checks,
):
  | { readonly ok: true; readonly value: Checked<Checks> }
  | { readonly ok: false; readonly problems: Record<string, TextKey> } {
  const problems: Record<string, TextKey> = {};
  const values: Record<string, unknown> = {};
  for (const [name, check] of Object.entries(checks)) {
    if (check.ok) values[name] = check.value;
    else problems[name] = check.problem;
  }
  return Object.keys(problems).length > 0
    ? { ok: false, problems }
    : { ok: true, value: values as Checked<Checks> };
}
