/** The terms that a period is re-rated under. @module */
import { createHash } from "node:crypto";
import { sql } from "kysely";
import type { JsonObject } from "../../shared/json.ts";
import { fxRateFromDecimal } from "../../shared/money/mod.ts";
import type { Queryable } from "../table/mod.ts";

/** What was asked for; what is undefined stays as it was pinned for each call. */
export interface AskedTerms {
  readonly prices?: "current" | undefined;
  /** Price versions by model. */
  readonly price?: ReadonlyMap<string, number> | undefined;
  readonly markup_version?: number | undefined;
  /** Parts per million. */
  readonly markup?: number | undefined;
  readonly fx_version?: number | undefined;
  /** Decimal text. */
  readonly kyat_per_usd?: string | undefined;
}

/** Resolved terms; null or a missing model: as pinned. Amounts are decimal strings. */
export interface ReRateTerms {
  /** Rates in picodollars per unit by usage class, by model. */
  readonly rates: Readonly<Record<string, JsonObject>>;
  readonly markupPartsPerMillion: number | null;
  readonly fx: { readonly microKyat: string; readonly nanoUsd: string } | null;
}

/** What is re-rated: days of Asia/Yangon, both inclusive, and perhaps one model. */
export interface ReRatePeriod {
  readonly from: string;
  readonly to: string;
  readonly model: string | null;
}

/** Resolves versions. Returns the parameter that names a version which does not exist. */
export async function resolveTerms(
  db: Queryable,
  asked: AskedTerms,
): Promise<ReRateTerms | { readonly missing: keyof AskedTerms }> {
  const rates: Record<string, JsonObject> = {};
  if (asked.prices === "current") Object.assign(rates, await currentRates(db));
  for (const [model, version] of asked.price ?? []) {
    const found = await versionOf(db, `price-${model}`, version);
    if (found === null) return { missing: "price" };
    rates[model] = found.ratesPicoUsdPerUnit as JsonObject;
  }
  let markupPartsPerMillion = asked.markup ?? null;
  if (asked.markup_version !== undefined) {
    const found = await versionOf(db, "markup-default", asked.markup_version);
    if (found === null) return { missing: "markup_version" };
    markupPartsPerMillion = found.markupPartsPerMillion as number;
  }
  const fx = await fxOf(db, asked);
  if (fx === undefined) return { missing: "fx_version" };
  return { rates, markupPartsPerMillion, fx };
}

/** Names period and terms for ever: the same ones have the same id. */
export function reRateIdOf(period: ReRatePeriod, terms: ReRateTerms): string {
  const { from, to, model } = period;
  const text = JSON.stringify([from, to, model, sorted(terms)]);
  return `rerate-${createHash("sha256").update(text).digest("hex").slice(0, 24)}`;
}

/** An equal value whose members are in the order of their names. */
function sorted(value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.entries(value).sort(([a], [b]) => a < b ? -1 : 1)
    .map(([name, member]) => [name, sorted(member)]);
}

async function fxOf(db: Queryable, asked: AskedTerms): Promise<ReRateTerms["fx"] | undefined> {
  if (asked.kyat_per_usd !== undefined) {
    const { microKyat, nanoUsd } = fxRateFromDecimal(asked.kyat_per_usd);
    return { microKyat: microKyat.toString(), nanoUsd: nanoUsd.toString() };
  }
  if (asked.fx_version === undefined) return null;
  const found = await versionOf(db, "fx-USD-MMK", asked.fx_version);
  if (found === null) return undefined;
  return { microKyat: String(found.microKyat), nanoUsd: String(found.nanoUsd) };
}

/** Each version of a price, a markup or a rate is the event of that version in its stream. */
async function versionOf(
  db: Queryable,
  stream: string,
  version: number,
): Promise<JsonObject | null> {
  const { rows } = await sql<{ payload: JsonObject }>`
    select payload from ledger.event
    where shard = 0 and stream = ${stream} and version = ${version}
  `.execute(db);
  return rows[0]?.payload ?? null;
}

async function currentRates(db: Queryable): Promise<Record<string, JsonObject>> {
  const { rows } = await sql<{ model: string; rates: JsonObject }>`
    select model, rates_pico_usd_per_unit as rates from projections.prices where shard = 0
  `.execute(db);
  return Object.fromEntries(rows.map(({ model, rates }) => [model, rates]));
}
