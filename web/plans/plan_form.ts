/** From a plan to a form and back. @module */
import { identifierSchema } from "../../shared/ids/mod.ts";
import type { JsonObject } from "../../shared/json.ts";
import { LIMIT_NAMES } from "../../shared/limits/mod.ts";
import { formatDecimal } from "../../shared/money/mod.ts";
import type { PlanRow } from "../../shared/read_api/mod.ts";
import { checkFields, decimal, type FieldCheck, identifier, text } from "../forms/mod.ts";
import type { TextKey } from "../i18n/mod.ts";

/** The fields of the form; `version` is the one that it was filled from, 0 for none. */
export const PLAN_FIELDS: readonly string[] = [
  "planId",
  "name",
  "family",
  "monthlyPrice",
  ...LIMIT_NAMES,
  "version",
];

type Read = (name: string) => string;

/** The body of the ledger's command, or what is wrong by field. */
export type AskedPlan =
  | { readonly ok: true; readonly body: JsonObject }
  | { readonly ok: false; readonly problems: Readonly<Record<string, TextKey>> };

const NANO_DECIMALS = 9;
const MAXIMUM_LIMIT = 1_000_000_000_000n;

/** What stands in the form of a plan; an empty limit is none. */
export function valuesOfPlan(plan: PlanRow): Record<string, string> {
  const price = plan.monthlyPriceNanoUsd;
  return {
    planId: plan.planId,
    name: plan.name,
    family: plan.family,
    monthlyPrice: price === null ? "" : formatDecimal(BigInt(price), NANO_DECIMALS),
    ...Object.fromEntries(LIMIT_NAMES.map((name) => [name, String(plan.limits[name] ?? "")])),
    version: String(plan.planVersion),
  };
}

/** Reads the form. */
export function planOfForm(field: Read): AskedPlan {
  const facts = checkFields({
    planId: identifier(field("planId")),
    name: text(field("name")),
    family: identifierSchema.safeParse(field("family")).success
      ? { ok: true, value: field("family") } as const
      : { ok: false, problem: "identifier_bad" } as const,
    monthlyPrice: price(field("monthlyPrice")),
  });
  const limits = checkFields(
    Object.fromEntries(LIMIT_NAMES.map((name) => [name, limit(field(name))])),
  );
  if (!facts.ok || !limits.ok) {
    const problems = [facts, limits].map((part) => part.ok ? {} : part.problems);
    return { ok: false, problems: Object.assign({}, ...problems) };
  }
  const { monthlyPrice, ...named } = facts.value;
  return {
    ok: true,
    body: { ...named, monthlyPriceNanoUsd: monthlyPrice, limits: limits.value },
  };
}

function price(given: string): FieldCheck<string | null> {
  if (given === "") return { ok: true, value: null };
  const scaled = decimal(given, NANO_DECIMALS);
  return scaled === null || scaled < 0n
    ? { ok: false, problem: "price_bad" }
    : { ok: true, value: scaled.toString() };
}

function limit(given: string): FieldCheck<number | null> {
  if (given === "") return { ok: true, value: null };
  const value = decimal(given, 0);
  return value === null || value < 1n || value > MAXIMUM_LIMIT
    ? { ok: false, problem: "limit_bad" }
    : { ok: true, value: parseInt(value.toString(), 10) };
}
