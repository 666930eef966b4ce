/** The terms that a period is re-rated under. @module */
import { createHash } from "node:crypto";
import { sql } from "kysely";
import type { JsonObject, JsonValue } from "../../shared/json.ts";
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
  /** The tiers of those among them that have some. */
  readonly tiers: Readonly<Record<string, readonly JsonValue[]>>;
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
  const prices = asked.prices === "current" ? await currentPrices(db) : new Map();
  for (const [model, version] of asked.price ?? []) {
    const found = await versionOf(db, `price-${model}`, { priceVersion: version });
    if (found === null) return { missing: "price" };
    prices.set(model, found);
  }
  let markupPartsPerMillion = asked.markup ?? null;
  if (asked.markup_version !== undefined) {
    const found = await versionOf(db, "markup-default", { markupVersion: asked.markup_version });
    if (found === null) return { missing: "markup_version" };
    markupPartsPerMillion = found.markupPartsPerMillion as number;
  }
  const fx = await fxOf(db, asked);
  if (fx === undefined) return { missing: "fx_version" };
  return { ...ratesAndTiers(prices), markupPartsPerMillion, fx };
}

function ratesAndTiers(prices: ReadonlyMap<string, JsonObject>) {
  const rates: Record<string, JsonObject> = {};
  const tiers: Record<string, readonly JsonValue[]> = {};
  for (const [model, price] of prices) {
    rates[model] = price.ratesPicoUsdPerUnit as JsonObject;
    if (price.tiers !== undefined) tiers[model] = price.tiers as readonly JsonValue[];
  }
  return { rates, tiers };
}

/** Names period and terms for ever: the same ones have the same id. */
export function reRateIdOf(period: ReRatePeriod, terms: ReRateTerms): string {
  const { from, to, model } = period;
  const { tiers, ...others } = terms;
  // Without tiers the id is what it was before there were any.
  const named = Object.keys(tiers).length === 0 ? others : terms;
  const text = JSON.stringify([from, to, model, sorted(named)]);
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
  const found = await versionOf(db, "fx-USD-MMK", { fxVersion: asked.fx_version });
  if (found === null) return undefined;
  return { microKyat: String(found.microKyat), nanoUsd: String(found.nanoUsd) };
}

/** The event of a stream that carries this version of its subject. */
async function versionOf(
  db: Queryable,
  stream: string,
  version: Readonly<Record<string, number>>,
): Promise<JsonObject | null> {
  const { rows } = await sql<{ payload: JsonObject }>`
    select payload from ledger.event
    where shard = 0 and stream = ${stream} and type <> 'PriceWithdrawn'
      and payload @> ${JSON.stringify(version)}::text::jsonb
  `.execute(db);
  return rows[0]?.payload ?? null;
}

/** The newest price of each model, withdrawn or not. */
async function currentPrices(db: Queryable): Promise<Map<string, JsonObject>> {
  const { rows } = await sql<{ model: string; payload: JsonObject }>`
    select p.model, e.payload from projections.prices p
    join ledger.event e on e.shard = 0 and e.stream = 'price-' || p.model
      and e.type = 'PricePublished' and (e.payload ->> 'priceVersion')::int8 = p.price_version
    where p.shard = 0
  `.execute(db);
  return new Map(rows.map(({ model, payload }) => [model, payload]));
}
